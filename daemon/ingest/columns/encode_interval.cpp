// interval: whole numbers with their units, a time behind them, and ISO 8601; everything else that an
// interval may look like is the server's to read.
#include <optional>

#include "daemon/ingest/columns/encode_times.hpp"

namespace slipway::ingest {
namespace {

constexpr std::int64_t second_us = 1'000'000;

struct Interval {
  std::int64_t us = 0;
  std::int64_t days = 0;
  std::int64_t months = 0;
  unsigned units = 0;  // seen so far: none may come twice
};

struct Unit {
  std::string_view name;
  std::int64_t months, days, us;
};

constexpr Unit words[] = {
    {"year", 12, 0, 0},   {"years", 12, 0, 0},   {"mon", 1, 0, 0},     {"mons", 1, 0, 0},
    {"month", 1, 0, 0},   {"months", 1, 0, 0},   {"week", 0, 7, 0},    {"weeks", 0, 7, 0},
    {"day", 0, 1, 0},     {"days", 0, 1, 0},     {"hour", 0, 0, 3600}, {"hours", 0, 0, 3600},
    {"minute", 0, 0, 60}, {"minutes", 0, 0, 60}, {"second", 0, 0, 1},  {"seconds", 0, 0, 1},
};
constexpr Unit iso_days[] = {{"Y", 12, 0, 0}, {"M", 1, 0, 0}, {"W", 0, 7, 0}, {"D", 0, 1, 0}};
constexpr Unit iso_times[] = {{"H", 0, 0, 3600}, {"M", 0, 0, 60}, {"S", 0, 0, 1}};

// Up to six digits with a sign, so that nothing can overflow.
std::optional<std::int64_t> take_number(std::string_view& text) {
  const bool sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  const bool negative = sign && text[0] == '-';
  std::size_t at = sign ? 1 : 0;
  std::int64_t value = 0;
  const std::size_t from = at;
  for (; at < text.size() && at - from < 6 && text[at] >= '0' && text[at] <= '9'; ++at)
    value = value * 10 + (text[at] - '0');
  if (at == from) return {};
  text.remove_prefix(at);
  return negative ? -value : value;
}

// The unit at the front, up to something that is no letter.
template <std::size_t n>
const Unit* take_unit(std::string_view& text, const Unit (&units)[n]) {
  std::size_t size = 0;
  while (size < text.size() && ((text[size] | 0x20) >= 'a' && (text[size] | 0x20) <= 'z')) ++size;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(0, size)) continue;
    text.remove_prefix(size);
    return &unit;
  }
  return nullptr;
}

// Which of year, month, week, day, hour, minute, second it is, as a bit.
unsigned bit_of(const Unit& unit) {
  if (unit.months != 0) return unit.months == 12 ? 1U : 2U;
  if (unit.days != 0) return unit.days == 7 ? 4U : 8U;
  return unit.us == 3600 ? 16U : unit.us == 60 ? 32U : 64U;
}

bool add(Interval& interval, const Unit& unit, std::int64_t number) {
  if ((interval.units & bit_of(unit)) != 0) return false;
  interval.units |= bit_of(unit);
  interval.months += number * unit.months;
  interval.days += number * unit.days;
  interval.us += number * unit.us * second_us;
  return true;
}

bool words_in(std::string_view text, Interval& interval) {
  while (true) {
    std::string_view rest = text;
    const auto number = take_number(rest);
    if (number && !rest.empty() && rest[0] == ':') {
      const bool negative = text[0] == '-';
      if (negative || text[0] == '+') text.remove_prefix(1);
      const auto time = whole_time_us(text);
      if (!time || (interval.units & 112U) != 0) return false;
      interval.us += negative ? -*time : *time;
      return true;
    }
    if (!number || rest.empty() || rest[0] != ' ') return false;
    rest.remove_prefix(1);
    const Unit* unit = take_unit(rest, words);
    if (unit == nullptr || !add(interval, *unit, *number)) return false;
    if (rest.empty()) return true;
    if (rest[0] != ' ') return false;
    text = rest.substr(1);
  }
}

template <std::size_t n>
bool iso_part(std::string_view& text, Interval& interval, const Unit (&units)[n]) {
  while (!text.empty() && text[0] != 'T') {
    const auto number = text[0] == '+' ? std::nullopt : take_number(text);  // the server knows no plus here
    const Unit* unit = number ? take_unit(text, units) : nullptr;
    if (unit == nullptr || !add(interval, *unit, *number)) return false;
  }
  return true;
}

// P1Y2M3DT4H5M6S, whole numbers only.
bool iso(std::string_view text, Interval& interval) {
  text.remove_prefix(1);
  if (text.empty() || !iso_part(text, interval, iso_days)) return false;
  if (text.empty()) return true;
  text.remove_prefix(1);
  return !text.empty() && iso_part(text, interval, iso_times) && text.empty();
}

}  // namespace

Fit encode_interval(const TypeInfo&, std::string_view text, bool, Out& out) {
  Interval interval;
  if (text.empty() || !(text[0] == 'P' ? iso(text, interval) : words_in(text, interval))) return Fit::ask;
  out.int32(16);
  out.int64(interval.us);
  out.int32(static_cast<std::int32_t>(interval.days));
  out.int32(static_cast<std::int32_t>(interval.months));
  return Fit::yes;
}

}  // namespace slipway::ingest
