// Rows of a CSV file (RFC 4180): quotes, doubled quotes, line ends inside quotes, CRLF, BOM; the header is
// required. A quote that stands where RFC 4180 has none spoils its own line and no other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/ingest/csv_marks.hpp"
#include "daemon/ingest/row.hpp"
#include "daemon/ingest/window.hpp"

namespace slipway::ingest {

class CsvReader final : public RowReader {
 public:
  // Reads the header. `shown` is the file's name for messages.
  static Result<std::unique_ptr<CsvReader>> open(ByteStream& stream, std::string shown,
                                                 std::size_t chunk_bytes = 256 << 10);

  const std::vector<std::string>& header() const { return header_; }
  const std::string& raw_header() const { return raw_header_; }  // with its line end

  Result<bool> next(Row& row) override;

 private:
  // What stood behind a field, or why there is none.
  enum class After { delimiter, row_end, malformed, incomplete, unterminated };

  CsvReader(ByteStream& stream, std::string shown, std::size_t chunk_bytes)
      : window_(stream, chunk_bytes), shown_(std::move(shown)) {}
  Done read_header();
  Done start_over_at(const char* position, bool* room);
  Result<bool> too_long(Row& row, bool in_quotes);
  After read_row();
  After quoted_field(const char* open);
  After plain_field(const char* from);
  After behind_quote(const char* behind);
  After malformed(const char* from, const char* why);
  After end_of_row(const char* line_end);
  bool blank() const;
  void describe(Row& row);
  void add_field(const char* data, std::size_t size, bool quoted, bool doubled);

  Window window_;
  std::string shown_;
  Marks marks_;
  std::vector<std::string> header_;
  std::string raw_header_;
  std::vector<Field> fields_;
  std::vector<char> unescaped_;  // of the fields of this row that hold doubled quotes
  std::size_t unescaped_size_ = 0;
  const char* cursor_ = nullptr;  // where the next row begins
  const char* behind_ = nullptr;  // where the field or row just read ended
  std::int64_t line_ = 1;         // where the next row begins
  std::int64_t row_lines_ = 0;    // line ends within the row just read
  std::int64_t quote_line_ = 0;   // of the quote that is open; 0 outside quotes
  const char* problem_ = nullptr;
};

}  // namespace slipway::ingest
