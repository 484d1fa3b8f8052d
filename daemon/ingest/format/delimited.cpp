#include "daemon/ingest/format/delimited.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/ingest/format/copy_text.hpp"
#include "daemon/ingest/format/csv.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {

DelimitedReader::DelimitedReader(ByteStream& stream, std::string shown, Dialect dialect,
                                 std::size_t chunk_bytes)
    : window_(stream, chunk_bytes),
      shown_(std::move(shown)),
      dialect_(std::move(dialect)),
      only_empty_is_null_(dialect_.only_empty_is_null()) {}

Result<std::unique_ptr<DelimitedReader>> open_delimited(ByteStream& stream, std::string shown, Format format,
                                                        const Dialect& dialect, std::size_t chunk_bytes) {
  if (format == Format::text) {
    std::unique_ptr<CopyTextReader> reader =
        TRY(CopyTextReader::open(stream, std::move(shown), dialect, chunk_bytes));
    return std::unique_ptr<DelimitedReader>(std::move(reader));
  }
  std::unique_ptr<CsvReader> reader = TRY(CsvReader::open(stream, std::move(shown), dialect, chunk_bytes));
  return std::unique_ptr<DelimitedReader>(std::move(reader));
}

Done DelimitedReader::begin() {
  TRY(skip_bom());
  if (dialect_.header) TRY(read_names());
  if (!dialect_.names.empty()) names_ = dialect_.names;
  one_column_ = names_.size() == 1;
  return {};
}

Done DelimitedReader::skip_bom() {
  bool room = true;
  TRY(start_over_at(window_.begin(), &room));
  constexpr std::string_view bom = "\xEF\xBB\xBF";
  const auto size = [&] { return static_cast<std::size_t>(window_.end() - window_.begin()); };
  while (size() < bom.size() && !window_.last()) TRY(start_over_at(window_.begin(), &room));
  if (!std::string_view(window_.begin(), size()).starts_with(bom)) return {};
  return start_over_at(window_.begin() + bom.size(), &room);
}

Done DelimitedReader::read_names() {
  const Position at{shown_, 1, 1};
  Row row;
  if (!TRY(next(row)))
    return error(Kind::usage, "the file is empty: a CSV file begins with a line of column names")
        .at(at)
        .next("where it has none, say so in the source: `dialect: {header: false, names: […]}`");
  if (!row.problem.empty())
    return error(Kind::usage, "cannot read the line of column names: {}", row.problem).at(at);
  raw_header_ = std::string(row.raw);
  if (!dialect_.names.empty()) {
    if (dialect_.names.size() == row.fields.size()) return {};
    return error(Kind::usage, "the source's `names` are {}, and the file's first line has {} fields",
                 dialect_.names.size(), row.fields.size())
        .at(at);
  }
  for (const Field& field : row.fields) {
    std::string name(field.text());
    if (name.empty() || field.cell != Cell::text || !encoding_problem(name).empty())
      return error(Kind::usage, "column {} has no usable name in the file's first line", names_.size() + 1)
          .at(at);
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      return error(Kind::usage, "the column name {} stands twice in the file's first line", name).at(at);
    names_.push_back(std::move(name));
  }
  return {};
}

// Moves the window so that it begins there, and has more behind it.
Done DelimitedReader::start_over_at(const char* position, bool* room) {
  *room = TRY(window_.advance(position));
  if (!*room) return {};
  cursor_ = window_.begin();
  // Unescaped text is never longer than the window, so views into it stay where they are.
  const std::size_t bytes = static_cast<std::size_t>(window_.end() - window_.begin());
  if (unescaped_.size() < bytes) unescaped_.resize(bytes);
  scan_marks();
  return {};
}

Result<bool> DelimitedReader::next(Row& row) {
  while (true) {
    if (cursor_ == window_.end() && window_.last()) return false;
    const After after = read_row();
    if (after == After::unterminated) return never_closed("the quote that opens here is never closed");
    if (after == After::incomplete) {
      bool room = true;
      const bool in_quotes = quote_line_ > 0;
      TRY(start_over_at(cursor_, &room));
      if (!room) return too_long(row, in_quotes);
      continue;
    }
    const bool skip = blank();
    describe(row);
    cursor_ = behind_;
    line_ += row_lines_;
    if (!skip) return true;
  }
}

Error DelimitedReader::never_closed(std::string_view what) const {
  return fail("{}", what)
      .at({shown_, static_cast<int>(quote_line_), 0})
      .next("a quote inside a quoted field is written twice; look at this line and the ones before it");
}

void DelimitedReader::describe(Row& row) {
  row.fields = fields_;
  row.raw = {cursor_, static_cast<std::size_t>(behind_ - cursor_)};
  row.offset = window_.offset_of(cursor_);
  row.line = line_;
  row.clean = clean();
  row.problem.clear();
  if (problem_ != nullptr) row.problem = problem_;
}

// Passes over a line that never seems to end, in bounded memory. In quotes there is no telling where to go
// on.
Result<bool> DelimitedReader::too_long(Row& row, bool in_quotes) {
  if (in_quotes)
    return never_closed(
        fmt::format("the quote that opens here is not closed within {} MiB", row_bytes_max >> 20));
  row = Row{};
  row.line = line_;
  row.offset = window_.offset_of(cursor_);
  row.problem = fmt::format("the line is longer than {} MiB", row_bytes_max >> 20);
  const char* end = window_.end();
  bool room = true;
  while (true) {
    TRY(start_over_at(end, &room));
    const void* line_end =
        std::memchr(window_.begin(), '\n', static_cast<std::size_t>(window_.end() - window_.begin()));
    end = window_.end();
    if (line_end == nullptr && !window_.last()) continue;
    TRY(start_over_at(line_end == nullptr ? end : static_cast<const char*>(line_end) + 1, &room));
    ++line_;
    return true;
  }
}

void DelimitedReader::begin_row() {
  fields_.clear();
  unescaped_size_ = 0;
  problem_ = nullptr;
  row_lines_ = 0;
  quote_line_ = 0;
  behind_ = cursor_;
}

DelimitedReader::After DelimitedReader::end_of_row(const char* line_end) {
  behind_ = line_end;
  if (line_end < window_.end()) {
    ++behind_;
    ++row_lines_;
  }
  return After::row_end;
}

bool DelimitedReader::is_among_nulls(std::string_view text) const {
  return std::find(dialect_.nulls.begin(), dialect_.nulls.end(), text) != dialect_.nulls.end();
}

}  // namespace slipway::ingest
