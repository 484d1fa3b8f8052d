// UTF-8, strictly: no overlong forms, no surrogates, nothing past U+10FFFF.
#include "base/config/utf8.hpp"

#include <fmt/core.h>

namespace slipway::config {
namespace {

struct Form {
  unsigned char first, last;  // of the lead byte
  unsigned char second_first, second_last;
  std::size_t bytes;
};

// Table 3-7 of the Unicode standard.
constexpr Form forms[] = {
    {0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// The length of the character at i; 0 where it is not one.
std::size_t character_at(std::string_view text, std::size_t i) {
  for (const Form& form : forms) {
    if (byte_at(text, i) < form.first || byte_at(text, i) > form.last) continue;
    if (i + form.bytes > text.size()) return 0;
    if (form.bytes > 1 &&
        (byte_at(text, i + 1) < form.second_first || byte_at(text, i + 1) > form.second_last))
      return 0;
    for (std::size_t k = 2; k < form.bytes; ++k)
      if ((byte_at(text, i + k) & 0xC0) != 0x80) return 0;
    return form.bytes;
  }
  return 0;
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  int line = 1, column = 1;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char byte = byte_at(text, i);
    const std::size_t length = character_at(text, i);
    if (length == 0) return BadByte{line, column, fmt::format("byte 0x{:02X} is not valid UTF-8", byte)};
    if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r')
      return BadByte{line, column, fmt::format("control character 0x{:02X} in a text file", byte)};
    column = byte == '\n' ? 1 : column + 1;
    line += byte == '\n' ? 1 : 0;
    i += length;
  }
  return std::nullopt;
}

}  // namespace slipway::config
