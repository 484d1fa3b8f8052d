#include "auth/base64url.hpp"

#include <cstdint>

#include "base/digest.hpp"

namespace slipway::auth {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& character : text) character = character == '+' ? '-' : character == '/' ? '_' : character;
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int held_bits = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xffff;
    held_bits += 6;
    if (held_bits < 8) continue;
    held_bits -= 8;
    bytes += static_cast<char>(held >> held_bits & 0xff);
  }
  // Bits that are left over must be zero, and fewer than a whole character's.
  if (held_bits >= 6 || (held & ((1u << held_bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace slipway::auth
