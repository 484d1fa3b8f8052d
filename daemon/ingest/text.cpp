#include "daemon/ingest/text.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <cstring>

namespace slipway::ingest {
namespace {

// Bytes of the character at the front, or 0 where it is broken: overlong forms, surrogates and what lies
// beyond U+10FFFF included.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool has_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

std::string cut_to(std::size_t most, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (out.size() >= most) return out + "…";
    const std::size_t bytes = character_bytes(text.substr(i, 4));
    const bool printable =
        bytes > 1 || (bytes == 1 && static_cast<std::uint8_t>(text[i]) >= 0x20 && text[i] != 0x7F);
    if (printable)
      out += text.substr(i, bytes);
    else
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[i]));
    i += bytes == 0 ? 1 : bytes;
  }
  return out;
}

}  // namespace

bool is_plain_ascii(std::string_view text) {
  constexpr std::uint64_t high = 0x8080808080808080U;
  constexpr std::uint64_t low = 0x0101010101010101U;
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    seen |= word | ((word - low) & ~word);  // the high bit of a byte that is above 127, or zero
  }
  for (; i < text.size(); ++i)
    if (text[i] <= 0) return false;
  return (seen & high) == 0;
}

std::string encoding_problem(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == 0)
      return fmt::format("a NUL byte at byte {} of the value, which PostgreSQL cannot store", i + 1);
    const std::size_t bytes = character_bytes(text.substr(i, 4));
    if (bytes == 0)
      return fmt::format("invalid UTF-8: byte 0x{:02x} at byte {} of the value",
                         static_cast<std::uint8_t>(text[i]), i + 1);
    i += bytes;
  }
  return {};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U;
  return count;
}

std::string shown(std::string_view text) {
  return cut_to(80, text);
}

std::string shown_long(std::string_view text) {
  return cut_to(400, text);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && has_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && has_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t bytes = character_bytes(text.substr(i, 4));
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (bytes == 0)
      out += fmt::format("\\\\x{:02x}", byte);
    else if (byte < 0x20)
      out += fmt::format("\\u{:04x}", byte);
    else if (text[i] == '"' || text[i] == '\\')
      (out += '\\') += text[i];
    else
      out += text.substr(i, bytes);
    i += bytes == 0 ? 1 : bytes;
  }
  return out += '"';
}

std::size_t byte_of_character(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  while (character > 1 && at < text.size()) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    --character;
  }
  return at;
}

}  // namespace slipway::ingest
