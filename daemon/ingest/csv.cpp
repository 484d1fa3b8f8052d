#include "daemon/ingest/csv.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {

Result<std::unique_ptr<CsvReader>> CsvReader::open(ByteStream& stream, std::string shown,
                                                   std::size_t chunk_bytes) {
  std::unique_ptr<CsvReader> reader(new CsvReader(stream, std::move(shown), chunk_bytes));
  TRY(reader->read_header());
  return reader;
}

Done CsvReader::read_header() {
  const Position at{shown_, 1, 1};
  bool room = true;
  TRY(start_over_at(window_.begin(), &room));
  constexpr std::string_view bom = "\xEF\xBB\xBF";
  const auto size = [&] { return static_cast<std::size_t>(window_.end() - window_.begin()); };
  while (size() < bom.size() && !window_.last()) TRY(start_over_at(window_.begin(), &room));
  if (std::string_view(window_.begin(), size()).starts_with(bom)) cursor_ += bom.size();
  Row row;
  if (!TRY(next(row)))
    return error(Kind::usage, "the file is empty: a CSV file begins with a line of column names").at(at);
  if (!row.problem.empty())
    return error(Kind::usage, "cannot read the line of column names: {}", row.problem).at(at);
  raw_header_ = std::string(row.raw);
  for (const Field& field : row.fields) {
    std::string name(field.text());
    if (field.cell != Cell::text || !encoding_problem(name).empty())
      return error(Kind::usage, "column {} has no usable name in the file's first line", header_.size() + 1)
          .at(at);
    if (std::find(header_.begin(), header_.end(), name) != header_.end())
      return error(Kind::usage, "the column name {} stands twice in the file's first line", name).at(at);
    header_.push_back(std::move(name));
  }
  return {};
}

// Moves the window so that it begins there, and has more behind it.
Done CsvReader::start_over_at(const char* position, bool* room) {
  *room = TRY(window_.advance(position));
  if (!*room) return {};
  cursor_ = window_.begin();
  // Unescaped text is never longer than the window, so views into it stay where they are.
  const std::size_t bytes = static_cast<std::size_t>(window_.end() - window_.begin());
  if (unescaped_.size() < bytes) unescaped_.resize(bytes);
  marks_.scan(window_.begin(), window_.end(), ',');
  return {};
}

Result<bool> CsvReader::next(Row& row) {
  while (true) {
    if (cursor_ == window_.end() && window_.last()) return false;
    const After after = read_row();
    if (after == After::unterminated)
      return fail("the quote that opens here is never closed")
          .at({shown_, static_cast<int>(quote_line_), 0})
          .next("a quote inside a quoted field is written twice; look at this line and the ones before it");
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

// An empty line is no row, unless one empty column is all that a row has.
bool CsvReader::blank() const {
  return problem_ == nullptr && header_.size() != 1 && fields_.size() == 1 && fields_[0].cell == Cell::null;
}

void CsvReader::describe(Row& row) {
  row.fields = fields_;
  row.raw = {cursor_, static_cast<std::size_t>(behind_ - cursor_)};
  row.offset = window_.offset_of(cursor_);
  row.line = line_;
  row.clean = window_.clean();
  row.problem.clear();
  if (problem_ != nullptr) row.problem = problem_;
}

// Passes over a line that never seems to end, in bounded memory. In quotes there is no telling where to go
// on.
Result<bool> CsvReader::too_long(Row& row, bool in_quotes) {
  if (in_quotes)
    return fail("the quote that opens here is not closed within {} MiB", row_bytes_max >> 20)
        .at({shown_, static_cast<int>(quote_line_), 0})
        .next("a quote inside a quoted field is written twice; look at this line and the ones before it");
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

CsvReader::After CsvReader::read_row() {
  fields_.clear();
  unescaped_size_ = 0;
  problem_ = nullptr;
  row_lines_ = 0;
  quote_line_ = 0;
  behind_ = cursor_;
  After after = After::delimiter;
  while (after == After::delimiter) {
    if (behind_ == window_.end() && !window_.last()) return After::incomplete;
    const bool quoted = behind_ < window_.end() && *behind_ == '"';
    after = quoted ? quoted_field(behind_) : plain_field(behind_);
  }
  return after;
}

CsvReader::After CsvReader::quoted_field(const char* open) {
  quote_line_ = line_ + row_lines_;
  bool doubled = false;
  marks_.next();  // the opening quote itself
  while (true) {
    const char* mark = marks_.next();
    if (mark == window_.end()) return window_.last() ? After::unterminated : After::incomplete;
    if (*mark == '\n') ++row_lines_;
    if (*mark != '"') continue;
    if (mark + 1 == window_.end() && !window_.last()) return After::incomplete;
    if (mark + 1 < window_.end() && mark[1] == '"') {
      marks_.next();
      doubled = true;
      continue;
    }
    add_field(open + 1, static_cast<std::size_t>(mark - open - 1), true, doubled);
    return behind_quote(mark + 1);
  }
}

CsvReader::After CsvReader::behind_quote(const char* behind) {
  const char* end = window_.end();
  const bool carriage_return = behind < end && *behind == '\r';
  if (carriage_return && behind + 1 == end && !window_.last()) return After::incomplete;
  quote_line_ = 0;
  if (behind == end || (carriage_return && behind + 1 == end)) return end_of_row(end);
  if (*behind == '\n' || (carriage_return && behind[1] == '\n')) return end_of_row(marks_.next());
  if (*behind != ',') return malformed(behind, "text stands behind the closing quote of a field");
  behind_ = marks_.next() + 1;
  return After::delimiter;
}

CsvReader::After CsvReader::plain_field(const char* from) {
  const char* mark = marks_.next();
  if (mark == window_.end() && !window_.last()) return After::incomplete;
  if (mark < window_.end() && *mark == '"')
    return malformed(mark, "a quote stands inside a field that does not begin with one");
  const bool row_ends = mark == window_.end() || *mark == '\n';
  const char* field_end = row_ends && mark > from && mark[-1] == '\r' ? mark - 1 : mark;
  add_field(from, static_cast<std::size_t>(field_end - from), false, false);
  if (row_ends) return end_of_row(mark);
  behind_ = mark + 1;
  return After::delimiter;
}

// Quoting went wrong here: the row ends with its line, and the next line is read afresh.
CsvReader::After CsvReader::malformed(const char* from, const char* why) {
  const char* mark = from;
  while (mark < window_.end() && *mark != '\n') mark = marks_.next();
  if (mark == window_.end() && !window_.last()) return After::incomplete;
  problem_ = why;
  end_of_row(mark);
  return After::malformed;
}

CsvReader::After CsvReader::end_of_row(const char* line_end) {
  behind_ = line_end;
  if (line_end < window_.end()) {
    ++behind_;
    ++row_lines_;
  }
  return After::row_end;
}

void CsvReader::add_field(const char* data, std::size_t size, bool quoted, bool doubled) {
  const char* text = data;
  if (doubled) {
    char* const begin = unescaped_.data() + unescaped_size_;
    char* out = begin;
    for (std::size_t i = 0; i < size; ++i) {
      *out++ = data[i];
      if (data[i] == '"') ++i;
    }
    size = static_cast<std::size_t>(out - begin);
    unescaped_size_ += size;
    text = begin;
  }
  fields_.push_back({text, static_cast<std::uint32_t>(size), quoted || size > 0 ? Cell::text : Cell::null});
}

}  // namespace slipway::ingest
