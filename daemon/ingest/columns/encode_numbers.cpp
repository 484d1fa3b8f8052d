#include "daemon/ingest/columns/encode_numbers.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace slipway::ingest {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Up to 18 digits with a sign: never more than 64 bits, so that no step needs a check for overflow.
bool plain_integer(std::string_view text, std::int64_t& value) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > 18) return false;
  std::int64_t sum = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return false;
    sum = sum * 10 + (c - '0');
  }
  value = negative ? -sum : sum;
  return true;
}

template <class Float>
bool plain_float(std::string_view text, Float& value) {
  // Infinity, NaN and hexadecimal begin otherwise, or go to the server.
  const std::string_view unsigned_part = text.starts_with('-') ? text.substr(1) : text;
  if (unsigned_part.empty() || (!is_digit(unsigned_part[0]) && unsigned_part[0] != '.')) return false;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

Fit encode_bool(const TypeInfo&, std::string_view text, bool, Out& out) {
  char value = 0;
  if (text == "t" || text == "true" || text == "1" || text == "True" || text == "TRUE" || text == "yes")
    value = 1;
  else if (text != "f" && text != "false" && text != "0" && text != "False" && text != "FALSE" &&
           text != "no")
    return Fit::ask;
  out.int32(1);
  out.byte(value);
  return Fit::yes;
}

Fit encode_int2(const TypeInfo&, std::string_view text, bool, Out& out) {
  std::int64_t value = 0;
  if (!plain_integer(text, value) || value != static_cast<std::int16_t>(value)) return Fit::ask;
  out.int32(2);
  out.int16(static_cast<std::int16_t>(value));
  return Fit::yes;
}

Fit encode_int4(const TypeInfo&, std::string_view text, bool, Out& out) {
  std::int64_t value = 0;
  if (!plain_integer(text, value) || value != static_cast<std::int32_t>(value)) return Fit::ask;
  out.int32(4);
  out.int32(static_cast<std::int32_t>(value));
  return Fit::yes;
}

Fit encode_int8(const TypeInfo&, std::string_view text, bool, Out& out) {
  std::int64_t value = 0;
  if (!plain_integer(text, value)) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) return Fit::ask;
  }
  out.int32(8);
  out.int64(value);
  return Fit::yes;
}

Fit encode_float4(const TypeInfo&, std::string_view text, bool, Out& out) {
  float value = 0;
  if (!plain_float(text, value)) return Fit::ask;
  out.int32(4);
  out.int32(std::bit_cast<std::int32_t>(value));
  return Fit::yes;
}

Fit encode_float8(const TypeInfo&, std::string_view text, bool, Out& out) {
  double value = 0;
  if (!plain_float(text, value)) return Fit::ask;
  out.int32(8);
  out.int64(std::bit_cast<std::int64_t>(value));
  return Fit::yes;
}

namespace {

// A decimal number as its digits before and behind the point; false for anything but [-]digits[.digits].
struct Decimal {
  bool negative = false;
  std::string_view whole;     // without leading zeros
  std::string_view fraction;  // as written: its length is the scale
};

bool split(std::string_view text, Decimal& number) {
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  number.whole = text.substr(0, point);
  number.fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
  if (number.whole.empty() && number.fraction.empty()) return false;
  for (const char c : number.whole)
    if (!is_digit(c)) return false;
  for (const char c : number.fraction)
    if (!is_digit(c)) return false;
  while (number.whole.starts_with('0')) number.whole.remove_prefix(1);
  return true;
}

constexpr std::size_t digits_max = 1000;  // longer ones are the server's business

// What a declared precision might refuse, once rounding is done, is left to the server.
bool surely_fits(const TypeInfo& type, const Decimal& number) {
  if (number.whole.size() > digits_max || number.fraction.size() > digits_max) return false;
  if (type.precision < 0) return true;
  if (type.scale < 0) return false;
  const std::size_t room = static_cast<std::size_t>(std::max(type.precision - type.scale, 0));
  const bool rounds = number.fraction.size() > static_cast<std::size_t>(type.scale);
  return type.precision >= type.scale && number.whole.size() + (rounds ? 1 : 0) <= room;
}

// Groups of four decimal digits, aligned at the point.
std::int16_t group_of(const Decimal& number, std::ptrdiff_t group) {
  // Group 0 holds the four digits before the point, group -1 the four behind it.
  int value = 0;
  for (std::ptrdiff_t i = 3; i >= 0; --i) {
    const std::ptrdiff_t place = group * 4 + i;  // power of ten
    int digit = 0;
    if (place >= 0 && place < std::ssize(number.whole))
      digit = number.whole[number.whole.size() - 1 - static_cast<std::size_t>(place)] - '0';
    if (place < 0 && -place <= std::ssize(number.fraction))
      digit = number.fraction[static_cast<std::size_t>(-place - 1)] - '0';
    value = value * 10 + digit;
  }
  return static_cast<std::int16_t>(value);
}

}  // namespace

// numeric_recv's format: number of groups, weight of the first, sign, scale for display, groups.
Fit encode_numeric(const TypeInfo& type, std::string_view text, bool, Out& out) {
  Decimal number;
  if (!split(text, number) || !surely_fits(type, number)) return Fit::ask;
  std::ptrdiff_t first = (std::ssize(number.whole) + 3) / 4 - 1;
  std::ptrdiff_t last = -(std::ssize(number.fraction) + 3) / 4;
  while (last <= first && group_of(number, first) == 0) --first;
  while (last <= first && group_of(number, last) == 0) ++last;
  const std::ptrdiff_t count = first - last + 1;
  if (count <= 0) first = 0;
  out.int32(static_cast<std::int32_t>(8 + 2 * std::max<std::ptrdiff_t>(count, 0)));
  out.int16(static_cast<std::int16_t>(std::max<std::ptrdiff_t>(count, 0)));
  out.int16(static_cast<std::int16_t>(first));
  out.int16(number.negative && count > 0 ? 0x4000 : 0);
  out.int16(static_cast<std::int16_t>(number.fraction.size()));
  for (std::ptrdiff_t group = first; count > 0 && group >= last; --group) out.int16(group_of(number, group));
  return Fit::yes;
}

}  // namespace slipway::ingest
