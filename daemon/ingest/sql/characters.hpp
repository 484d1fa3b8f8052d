// What the characters of SQL are to its lexers.
#pragma once

#include <cstdint>

namespace slipway::ingest {

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<std::uint8_t>(c) >= 0x80;
}
inline bool in_word(char c) {
  return begins_word(c) || is_digit(c) || c == '$';
}

}  // namespace slipway::ingest
