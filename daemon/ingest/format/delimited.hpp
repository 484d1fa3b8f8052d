// What CSV and PostgreSQL's text format have in common: a window over the file, the line of names, rows of
// fields that are views into that window.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/ingest/format/csv_marks.hpp"
#include "daemon/ingest/format/dialect.hpp"
#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/format/window.hpp"

namespace slipway::ingest {

class DelimitedReader : public RowReader {
 public:
  // Names of the fields: of the dialect, else of the file's first line; empty where neither has any.
  const std::vector<std::string>& header() const { return names_; }
  // The first line with its line end, where it is no row.
  const std::string& raw_header() const { return raw_header_; }

  Result<bool> next(Row& row) override;

 protected:
  // What stood behind a field, or why there is none.
  enum class After { delimiter, row_end, malformed, incomplete, unterminated };

  DelimitedReader(ByteStream& stream, std::string shown, Dialect dialect, std::size_t chunk_bytes);
  Done begin();

  // One row from cursor_ on; sets behind_, and problem_ or quote_line_.
  virtual After read_row() = 0;
  // Is the row just read none at all, but an empty line?
  virtual bool blank() const = 0;
  // Hands the window's bytes to marks_.
  virtual void scan_marks() = 0;
  // Can no field of the row just read hold NUL or a byte above 127?
  virtual bool clean() const { return window_.clean(); }
  void begin_row();
  After end_of_row(const char* line_end);
  void add_field(std::string_view text, bool null) {
    fields_.push_back({text.data(), static_cast<std::uint32_t>(text.size()), null ? Cell::null : Cell::text});
  }
  bool one_column() const { return one_column_; }
  bool means_null(std::string_view text) const {
    return only_empty_is_null_ ? text.empty() : is_among_nulls(text);
  }
  // Room for a field's text without its escapes; never longer than what was escaped.
  char* unescaped_room() { return unescaped_.data() + unescaped_size_; }
  void unescaped_used(std::size_t bytes) { unescaped_size_ += bytes; }

  Window window_;
  std::string shown_;
  Dialect dialect_;
  Marks marks_;
  std::vector<Field> fields_;
  std::size_t unescaped_size_ = 0;
  const char* cursor_ = nullptr;  // where the next row begins
  const char* behind_ = nullptr;  // where the field or row just read ended
  std::int64_t line_ = 1;         // where the next row begins
  std::int64_t row_lines_ = 0;    // line ends within the row just read
  std::int64_t quote_line_ = 0;   // of the quote that is open; 0 outside quotes
  const char* problem_ = nullptr;

 private:
  Done read_names();
  Done skip_bom();
  Done start_over_at(const char* position, bool* room);
  Result<bool> too_long(Row& row, bool in_quotes);
  Error never_closed(std::string_view what) const;
  void describe(Row& row);

  std::vector<std::string> names_;
  std::string raw_header_;
  std::vector<char> unescaped_;
  bool is_among_nulls(std::string_view text) const;

  bool one_column_ = false;
  bool only_empty_is_null_;
};

// By the dialect and format; reads the line of names.
Result<std::unique_ptr<DelimitedReader>> open_delimited(ByteStream& stream, std::string shown, Format format,
                                                        const Dialect& dialect,
                                                        std::size_t chunk_bytes = 256 << 10);

}  // namespace slipway::ingest
