#include "base/orcid.hpp"

#include <fmt/core.h>

namespace slipway {
namespace {

constexpr std::size_t length = 19;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has_the_form(std::string_view text) {
  if (text.size() != length) return false;
  for (std::size_t i = 0; i < length; ++i) {
    const bool dash = i % 5 == 4;
    const bool check = i + 1 == length;
    if (dash ? text[i] != '-' : !is_digit(text[i]) && !(check && text[i] == 'X')) return false;
  }
  return true;
}

// ISO 7064, MOD 11-2, over the first fifteen digits.
char check_character(std::string_view text) {
  int total = 0;
  for (const char c : text.substr(0, length - 1))
    if (c != '-') total = (total + (c - '0')) * 2 % 11;
  const int check = (12 - total) % 11;
  return check == 10 ? 'X' : static_cast<char>('0' + check);
}

}  // namespace

std::string why_not_an_orcid(std::string_view text) {
  if (!has_the_form(text)) return "an ORCID iD is written like 0000-0002-1825-0097, and nothing around it";
  const char expected = check_character(text);
  if (text.back() == expected) return {};
  return fmt::format("its checksum is wrong: a digit is mistyped, or the last one should be {}", expected);
}

}  // namespace slipway
