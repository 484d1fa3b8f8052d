#include "daemon/ingest/heap/numeric.hpp"

#include <array>
#include <cstdint>
#include <span>

#include "daemon/ingest/columns/big_endian.hpp"
#include "daemon/ingest/columns/rounding.hpp"

namespace slipway::ingest {
namespace {

constexpr int group_digits = 4;
constexpr std::size_t groups_max = 64;  // longer ones are for the server

// The value is the sum of groups[i] * 10000^(weight - i).
struct Numeric {
  bool negative = false;
  int weight = 0;
  int scale = 0;  // decimal digits behind the point, as they are shown
  std::array<std::int16_t, groups_max> groups{};
  std::size_t count = 0;
};

template <class Number>
void append(std::string& out, Number value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Without zeros before and behind, in the short form where that can hold it.
void put(Numeric& value, std::string& out) {
  std::span<const std::int16_t> groups(value.groups.data(), value.count);
  while (!groups.empty() && groups.front() == 0) {
    groups = groups.subspan(1);
    --value.weight;
  }
  while (!groups.empty() && groups.back() == 0) groups = groups.first(groups.size() - 1);
  if (groups.empty()) value = {.weight = 0, .scale = value.scale};
  constexpr int short_scale_max = 63, short_weight_min = -64, short_weight_max = 63;
  if (value.scale <= short_scale_max && value.weight >= short_weight_min &&
      value.weight <= short_weight_max) {
    constexpr unsigned is_short = 0x8000, is_negative = 0x2000, weight_is_negative = 0x40, weight_bits = 0x3F;
    append(out, static_cast<std::uint16_t>(is_short | (value.negative ? is_negative : 0) |
                                           static_cast<unsigned>(value.scale) << 7U |
                                           (value.weight < 0 ? weight_is_negative : 0) |
                                           (static_cast<unsigned>(value.weight) & weight_bits)));
  } else {
    constexpr unsigned is_negative = 0x4000;
    append(out, static_cast<std::uint16_t>((value.negative ? is_negative : 0) |
                                           static_cast<unsigned>(value.scale)));
    append(out, static_cast<std::int16_t>(value.weight));
  }
  for (const std::int16_t group : groups) append(out, group);
}

int digits_of(int group) {
  return group >= 1000 ? 4 : group >= 100 ? 3 : group >= 10 ? 2 : group >= 1 ? 1 : 0;
}

// How many decimal digits stand before the point.
int whole_digits(const Numeric& value) {
  for (std::size_t i = 0; i < value.count; ++i)
    if (value.groups[i] != 0)
      return (value.weight - static_cast<int>(i)) * group_digits + digits_of(value.groups[i]);
  return 0;
}

}  // namespace

bool numeric_of_binary(std::string_view binary, int precision, int scale, std::string& out) {
  constexpr std::size_t head_bytes = 8;
  constexpr unsigned negative = 0x4000;
  if (binary.size() < head_bytes || scale < 0) return false;
  const bool rounds = precision >= 0 && big_endian<std::int16_t>(binary, 6) > scale;
  const std::string rounded = rounds ? rounded_numeric(binary, scale) : std::string();
  if (rounds) binary = rounded;
  const auto sign = big_endian<std::uint16_t>(binary, 4);
  if (sign != 0 && sign != negative) return false;  // no number, or without end
  Numeric value{.negative = sign == negative,
                .weight = big_endian<std::int16_t>(binary, 2),
                .scale = precision >= 0 ? scale : big_endian<std::int16_t>(binary, 6),
                .count = (binary.size() - head_bytes) / 2};
  if (value.count > groups_max) return false;
  for (std::size_t i = 0; i < value.count; ++i)
    value.groups[i] = big_endian<std::int16_t>(binary, head_bytes + 2 * i);
  if (precision >= 0 && whole_digits(value) > precision - scale) return false;
  put(value, out);
  return true;
}

bool numeric_of_json(std::string_view number, std::string& out) {
  Numeric value;
  value.negative = number.starts_with('-');
  if (value.negative) number.remove_prefix(1);
  if (number.find_first_of("eE") != std::string_view::npos) return false;
  const std::size_t point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : number.substr(point + 1);
  if ((whole.size() + fraction.size()) / group_digits + 2 > groups_max) return false;
  value.scale = static_cast<int>(fraction.size());
  const int whole_groups = (static_cast<int>(whole.size()) + group_digits - 1) / group_digits;
  value.weight = whole_groups - 1;
  // Digit by digit; the first group and the last may be short of some.
  int have = whole_groups * group_digits - static_cast<int>(whole.size());
  int group = 0;
  const auto take = [&](char digit) {
    group = group * 10 + (digit - '0');
    if (++have < group_digits) return;
    value.groups[value.count++] = static_cast<std::int16_t>(group);
    have = group = 0;
  };
  for (const char digit : whole) take(digit);
  for (const char digit : fraction) take(digit);
  while (have != 0) take('0');
  put(value, out);
  return true;
}

}  // namespace slipway::ingest
