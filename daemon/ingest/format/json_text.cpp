#include "daemon/ingest/format/json_text.hpp"

#include <array>
#include <cstdint>

namespace slipway::ingest {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Bytes that end the quick way through a string: the quote, the backslash, control characters.
constexpr std::array<bool, 256> special_in_string = [] {
  std::array<bool, 256> special{};
  for (std::size_t c = 0; c < 0x20; ++c) special[c] = true;
  special['"'] = special['\\'] = true;
  return special;
}();

class Checker {
 public:
  explicit Checker(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool document() {
    skip_space();
    if (!value(0)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  static constexpr int depth_max = 200;

  void skip_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool value(int depth) {
    if (at_ == end_ || depth > depth_max) return false;
    if (*at_ == '"') return string();
    if (*at_ == '{') return members(depth + 1);
    if (*at_ == '[') return elements(depth + 1);
    const char* from = at_;
    while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && *at_ > ' ') ++at_;
    const std::string_view token(from, static_cast<std::size_t>(at_ - from));
    // A great exponent or a great length may be more than numeric can hold.
    return is_json_scalar(token) && token.size() <= 100 && small_exponent(token);
  }

  static bool small_exponent(std::string_view token) {
    const std::size_t e = token.find_first_of("eE");
    if (e == std::string_view::npos || token.back() == 'e') return true;  // that is in `true` and `false`
    const std::size_t digits = token.size() - e - 1;
    return digits <= 3;
  }

  bool members(int depth) {
    ++at_;
    skip_space();
    if (take('}')) return true;
    while (true) {
      if (at_ == end_ || *at_ != '"' || !string()) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      if (!value(depth)) return false;
      skip_space();
      if (take('}')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  bool elements(int depth) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    while (true) {
      if (!value(depth)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return false;
      skip_space();
    }
  }

  bool string() {
    ++at_;
    while (at_ < end_) {
      if (!special_in_string[static_cast<std::uint8_t>(*at_)]) {
        ++at_;
        continue;
      }
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ != '\\' || !escape()) return false;
    }
    return false;
  }

  bool escape() {
    if (++at_ == end_) return false;
    const char c = *at_++;
    if (c == 'u') return unicode();
    return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
  }

  // A character, or a pair of surrogates that makes one.
  bool unicode() {
    unsigned code = 0;
    if (!hexadecimal(code)) return false;
    if (code < 0xD800 || code > 0xDFFF) return code != 0;
    unsigned low = 0;
    if (code > 0xDBFF || !take('\\') || !take('u') || !hexadecimal(low)) return false;
    return low >= 0xDC00 && low <= 0xDFFF;
  }

  bool hexadecimal(unsigned& code) {
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_) return false;
      const char c = *at_;
      const char lower = static_cast<char>(c | 0x20);
      if (is_digit(c))
        code = code * 16 + static_cast<unsigned>(c - '0');
      else if (lower >= 'a' && lower <= 'f')
        code = code * 16 + static_cast<unsigned>(lower - 'a' + 10);
      else
        return false;
    }
    return true;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

bool is_json_scalar(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return true;
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < token.size() && is_digit(token[i])) ++i;
    return i > from;
  };
  if (i < token.size() && token[i] == '-') ++i;
  const bool zero = i < token.size() && token[i] == '0';
  if (zero)
    ++i;
  else if (!digits())
    return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == token.size();
}

bool is_certain_json(std::string_view text) {
  return Checker(text).document();
}

}  // namespace slipway::ingest
