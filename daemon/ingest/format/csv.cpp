#include "daemon/ingest/format/csv.hpp"

#include <algorithm>

namespace slipway::ingest {

Result<std::unique_ptr<CsvReader>> CsvReader::open(ByteStream& stream, std::string shown,
                                                   const Dialect& dialect, std::size_t chunk_bytes) {
  std::unique_ptr<CsvReader> reader(new CsvReader(stream, std::move(shown), dialect, chunk_bytes));
  TRY(reader->begin());
  return reader;
}

void CsvReader::scan_marks() {
  const bool quotes = dialect_.quote != 0;
  marks_.scan(
      window_.begin(), window_.end(),
      {dialect_.delimiter, quotes ? dialect_.quote : '\n', quotes ? dialect_.escape : dialect_.delimiter});
}

// An empty line is no row, unless one column is all that a row has.
bool CsvReader::blank() const {
  return problem_ == nullptr && !one_column() && fields_.size() == 1 && fields_[0].size == 0 &&
         (*cursor_ == '\n' || *cursor_ == '\r');
}

CsvReader::After CsvReader::read_row() {
  begin_row();
  After after = After::delimiter;
  while (after == After::delimiter) {
    if (behind_ == window_.end() && !window_.last()) return After::incomplete;
    const bool quoted = dialect_.quote != 0 && behind_ < window_.end() && *behind_ == dialect_.quote;
    after = quoted ? quoted_field(behind_) : plain_field(behind_);
  }
  return after;
}

CsvReader::After CsvReader::quoted_field(const char* open) {
  quote_line_ = line_ + row_lines_;
  bool escaped = false;
  marks_.next();  // the opening quote itself
  while (true) {
    const char* mark = marks_.next();
    if (mark == window_.end()) return window_.last() ? After::unterminated : After::incomplete;
    if (*mark == '\n') ++row_lines_;
    const bool escape = *mark == dialect_.escape;
    if (!escape && *mark != dialect_.quote) continue;
    if (mark + 1 == window_.end() && !window_.last()) return After::incomplete;
    // An escape means something only before a quote or another escape.
    if (escape && mark + 1 < window_.end() && (mark[1] == dialect_.quote || mark[1] == dialect_.escape)) {
      marks_.next();
      escaped = true;
      continue;
    }
    if (*mark != dialect_.quote) continue;
    add_quoted({open + 1, static_cast<std::size_t>(mark - open - 1)}, escaped);
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
  if (*behind != dialect_.delimiter)
    return malformed(behind, "text stands behind the closing quote of a field");
  behind_ = marks_.next() + 1;
  return After::delimiter;
}

CsvReader::After CsvReader::plain_field(const char* from) {
  const char* const end = window_.end();
  const char delimiter = dialect_.delimiter;
  const char* mark = marks_.next();
  // Another mark than a delimiter or a line end is a quote, or an escape, which means nothing here.
  while (mark < end && *mark != delimiter && *mark != '\n') {
    if (*mark == dialect_.quote)
      return malformed(mark, "a quote stands inside a field that does not begin with one");
    mark = marks_.next();
  }
  if (mark == end && !window_.last()) return After::incomplete;
  const bool row_ends = mark == end || *mark == '\n';
  const char* field_end = row_ends && mark > from && mark[-1] == '\r' ? mark - 1 : mark;
  const std::string_view text(from, static_cast<std::size_t>(field_end - from));
  add_field(text, means_null(text));
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

void CsvReader::add_quoted(std::string_view text, bool escaped) {
  if (!escaped) return add_field(text, false);
  char* const begin = unescaped_room();
  char* out = begin;
  // From escape to escape; what stands behind one is taken as it is, where that may be escaped.
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find(dialect_.escape), text.size());
    out = std::copy_n(text.data(), plain, out);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const bool escapes = text.size() > 1 && (text[1] == dialect_.quote || text[1] == dialect_.escape);
    *out++ = text[escapes ? 1 : 0];
    text.remove_prefix(escapes ? 2 : 1);
  }
  const std::size_t size = static_cast<std::size_t>(out - begin);
  unescaped_used(size);
  add_field({begin, size}, false);
}

}  // namespace slipway::ingest
