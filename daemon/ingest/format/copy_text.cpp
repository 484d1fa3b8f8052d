#include "daemon/ingest/format/copy_text.hpp"

namespace slipway::ingest {
namespace {

int octal(char c) {
  return c >= '0' && c <= '7' ? c - '0' : -1;
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte that up to so many digits say, with how many they are; nothing where there is none.
template <int (*digit)(char)>
std::size_t take_digits(std::string_view text, std::size_t most, int base, char& byte) {
  std::size_t used = 0;
  int value = 0;
  for (; used < most && used < text.size() && digit(text[used]) >= 0; ++used)
    value = value * base + digit(text[used]);
  byte = static_cast<char>(value & 0xFF);
  return used;
}

// What stands behind a backslash: how many bytes of it there are, and which byte it means.
std::size_t take_escape(std::string_view text, char& byte) {
  constexpr std::string_view letters = "bfnrtv";
  constexpr std::string_view meant = "\b\f\n\r\t\v";
  if (octal(text[0]) >= 0) return take_digits<octal>(text, 3, 8, byte);
  if (text[0] == 'x') {
    const std::size_t used = take_digits<hexadecimal>(text.substr(1), 2, 16, byte);
    if (used > 0) return used + 1;
  }
  const std::size_t letter = letters.find(text[0]);
  byte = letter == std::string_view::npos ? text[0] : meant[letter];
  return 1;
}

}  // namespace

Result<std::unique_ptr<CopyTextReader>> CopyTextReader::open(ByteStream& stream, std::string shown,
                                                             const Dialect& dialect,
                                                             std::size_t chunk_bytes) {
  std::unique_ptr<CopyTextReader> reader(new CopyTextReader(stream, std::move(shown), dialect, chunk_bytes));
  TRY(reader->begin());
  return reader;
}

void CopyTextReader::scan_marks() {
  marks_.scan(window_.begin(), window_.end(), {dialect_.delimiter, '\\', '\\'});
}

CopyTextReader::After CopyTextReader::read_row() {
  begin_row();
  escapes_ = end_mark_ = false;
  After after = After::delimiter;
  while (after == After::delimiter) {
    if (behind_ == window_.end() && !window_.last()) return After::incomplete;
    after = field(behind_);
  }
  if (after != After::row_end) return after;
  if (ended_) problem_ = "the row stands behind the end mark \\.";
  std::string_view raw(cursor_, static_cast<std::size_t>(behind_ - cursor_));
  while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.remove_suffix(1);
  if (raw == "\\." && !ended_) end_mark_ = ended_ = true;
  return after;
}

CopyTextReader::After CopyTextReader::field(const char* from) {
  bool escaped = false;
  const char* mark = marks_.next();
  while (mark < window_.end() && *mark == '\\') {
    escaped = true;
    const char* behind = mark + 1;
    if (behind == window_.end() && !window_.last()) return After::incomplete;
    mark = marks_.next();
    // What is escaped ends nothing: another backslash, a delimiter, a line end.
    if (mark == behind && mark < window_.end()) {
      if (*mark == '\n') ++row_lines_;
      mark = marks_.next();
    }
  }
  if (mark == window_.end() && !window_.last()) return After::incomplete;
  const bool row_ends = mark == window_.end() || *mark == '\n';
  const bool carriage_return = row_ends && mark > from && mark[-1] == '\r';
  add({from, static_cast<std::size_t>(mark - from) - (carriage_return ? 1 : 0)}, escaped);
  if (row_ends) return end_of_row(mark);
  behind_ = mark + 1;
  return After::delimiter;
}

void CopyTextReader::add(std::string_view raw, bool escaped) {
  if (means_null(raw)) return add_field(raw, true);
  if (!escaped) return add_field(raw, false);
  escapes_ = true;
  char* const begin = unescaped_room();
  char* out = begin;
  for (std::size_t i = 0; i < raw.size(); ++i, ++out) {
    *out = raw[i];
    if (raw[i] == '\\' && i + 1 < raw.size()) i += take_escape(raw.substr(i + 1), *out);
  }
  const std::size_t size = static_cast<std::size_t>(out - begin);
  unescaped_used(size);
  add_field({begin, size}, false);
}

}  // namespace slipway::ingest
