#include "daemon/ingest/columns/encode_array.hpp"

#include <strings.h>

#include <cstring>

namespace slipway::ingest {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Walks over the elements of {a,"b c",NULL}; anything but such a plain list is not for it.
class Elements {
 public:
  explicit Elements(std::string_view text) : text_(text) {}

  bool begin() { return take_behind_space('{'); }
  bool at_end() { return take_behind_space('}'); }
  bool comma() { return take_behind_space(','); }
  bool nothing_behind() {
    skip_space();
    return text_.empty();
  }

  // The element's text, valid until the next one. False where it is odd.
  bool next(std::string_view& text, bool& null) {
    skip_space();
    null = false;
    if (take('"')) return quoted(text);
    const std::size_t end = text_.find_first_of(",{}\"\\");
    if (end == std::string_view::npos || text_[end] == '{' || text_[end] == '"' || text_[end] == '\\')
      return false;
    text = text_.substr(0, end);
    text_.remove_prefix(end);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    null = text.size() == 4 && ::strncasecmp(text.data(), "NULL", 4) == 0;
    return !text.empty();
  }

 private:
  void skip_space() {
    while (!text_.empty() && is_space(text_[0])) text_.remove_prefix(1);
  }
  bool take_behind_space(char c) {
    skip_space();
    return take(c);
  }
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool quoted(std::string_view& text) {
    const std::size_t end = text_.find_first_of("\"\\");
    if (end == std::string_view::npos) return false;
    if (text_[end] == '"') {
      text = text_.substr(0, end);
      text_.remove_prefix(end + 1);
      return true;
    }
    held_.clear();
    while (!text_.empty() && text_[0] != '"') {
      if (take('\\') && text_.empty()) return false;
      held_ += text_[0];
      text_.remove_prefix(1);
    }
    text = held_;
    return take('"');
  }

  std::string_view text_;
  std::string held_;
};

void overwrite_int32(Out& out, std::size_t at, std::int32_t value) {
  const std::uint32_t swapped = __builtin_bswap32(static_cast<std::uint32_t>(value));
  std::memcpy(out.data() + at, &swapped, sizeof swapped);
}

// False where the server has to be asked about the whole.
bool put_elements(const TypeInfo& type, Elements& elements, bool ascii, Out& out, std::int32_t& count,
                  bool& any_null) {
  if (elements.at_end()) return elements.nothing_behind();
  do {
    std::string_view text;
    bool null = false;
    if (!elements.next(text, null)) return false;
    out.reserve(2 * text.size() + 64);
    if (null)
      out.int32(-1);
    else if (type.element->encode(*type.element, text, ascii, out) != Fit::yes)
      return false;
    any_null = any_null || null;
    ++count;
  } while (elements.comma());
  return elements.at_end() && elements.nothing_behind();
}

}  // namespace

// array_recv's format: dimensions, has it nulls, type of the elements, then size and lower bound of each
// dimension, then the elements.
Fit encode_array(const TypeInfo& type, std::string_view text, bool ascii, Out& out) {
  constexpr std::size_t head_bytes = 4 + 12;
  const std::size_t before = out.size();
  Elements elements(text);
  if (!elements.begin()) return Fit::ask;
  out.reserve(head_bytes + 8);
  out.int32(0);
  out.int32(1);
  out.int32(0);
  out.int32(static_cast<std::int32_t>(type.element_oid));
  out.int32(0);
  out.int32(1);
  std::int32_t count = 0;
  bool any_null = false;
  if (!put_elements(type, elements, ascii, out, count, any_null)) {
    out.cut(before);
    return Fit::ask;
  }
  if (count == 0) {
    out.cut(before + head_bytes);
    overwrite_int32(out, before + 4, 0);
  } else {
    overwrite_int32(out, before + 8, any_null ? 1 : 0);
    overwrite_int32(out, before + head_bytes, count);
  }
  overwrite_int32(out, before, static_cast<std::int32_t>(out.size() - before - 4));
  return Fit::yes;
}

}  // namespace slipway::ingest
