#include "daemon/ingest/columns/rounding.hpp"

#include <limits>
#include <vector>

#include "daemon/ingest/columns/big_endian.hpp"

namespace slipway::ingest {
namespace {

constexpr int group_digits = 4;
constexpr int group_base = 10'000;
constexpr std::size_t head_bytes = 8;

void put(std::string& out, int value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

// Half away from zero, behind so many decimal digits of the groups.
void round(std::vector<int>& groups, int digits) {
  const auto whole = static_cast<std::size_t>(digits / group_digits);
  const int rest = digits % group_digits;
  if (whole >= groups.size()) return;
  int unit = group_base;  // what one counts in the last place that stays, in its group
  for (int i = 0; i < rest; ++i) unit /= 10;
  int& group = groups[whole];
  const bool up = 2 * (group % unit) >= unit;
  group -= group % unit;
  groups.resize(whole + 1);
  if (!up) return;
  groups[whole] += unit;
  for (std::size_t i = whole; i > 0 && groups[i] >= group_base; --i) {
    groups[i] -= group_base;
    ++groups[i - 1];
  }
}

}  // namespace

std::string rounded_numeric(std::string_view binary, int scale) {
  constexpr int first_special = 0xC000;
  const bool special = binary.size() < head_bytes || big_endian<std::uint16_t>(binary, 4) >= first_special;
  if (special || big_endian<std::int16_t>(binary, 6) <= scale) return std::string(binary);
  std::vector<int> groups{0};  // room for a carry
  for (std::size_t at = head_bytes; at + 1 < binary.size(); at += 2)
    groups.push_back(big_endian<std::int16_t>(binary, at));
  const int weight = big_endian<std::int16_t>(binary, 2);
  const int digits = (weight + 2) * group_digits + scale;
  if (digits < 0)
    groups.assign(1, 0);
  else
    round(groups, digits);
  std::string out;
  put(out, static_cast<int>(groups.size()));
  put(out, weight + 1);
  out += binary.substr(4, 4);
  for (const int group : groups) put(out, group);
  return out;
}

std::int64_t rounded_time(std::int64_t value_us, int typmod) {
  constexpr int finest = 6;
  const bool infinite = value_us == std::numeric_limits<std::int64_t>::min() ||
                        value_us == std::numeric_limits<std::int64_t>::max();
  if (typmod < 0 || typmod >= finest || infinite) return value_us;
  std::int64_t unit = 1;
  for (int i = typmod; i < finest; ++i) unit *= 10;
  const std::int64_t half = unit / 2;
  return value_us >= 0 ? (value_us + half) / unit * unit : -((half - value_us) / unit * unit);
}

}  // namespace slipway::ingest
