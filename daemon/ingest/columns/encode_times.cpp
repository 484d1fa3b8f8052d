#include "daemon/ingest/columns/encode_times.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace slipway::ingest {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

// Takes exactly so many digits off the front.
bool take(std::string_view& text, std::size_t count, int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

// Days since 2000-01-01 in the Gregorian calendar, by counting years from March.
int day_number(int year, int month, int day) {
  const int shifted = year - (month <= 2 ? 1 : 0);
  const int era = shifted / 400;
  const int year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 730'425;
}

std::optional<int> take_date(std::string_view& text) {
  int year = 0, month = 0, day = 0;
  if (!take(text, 4, year) || !take(text, '-') || !take(text, 2, month) || !take(text, '-') ||
      !take(text, 2, day))
    return {};
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return {};
  return day_number(year, month, day);
}

// More than six digits are rounded as the server does it: to a double, and that to the nearest.
std::optional<std::int64_t> rounded_fraction_us(std::string_view digits) {
  constexpr std::size_t longest = 30;
  if (digits.size() > longest) return {};
  char text[longest + 2] = {'0', '.'};
  digits.copy(text + 2, longest);
  double fraction = 0;
  std::from_chars(text, text + 2 + digits.size(), fraction);
  const double rounded = std::rint(fraction * 1'000'000);
  if (rounded >= 1'000'000) return {};
  return static_cast<std::int64_t>(rounded);
}

std::optional<std::int64_t> take_fraction_us(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t value = 0;
  std::int64_t unit = second_us;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    unit /= 10;
    value += (text[digits] - '0') * unit;
    ++digits;
  }
  const std::string_view all = text.substr(0, digits);
  text.remove_prefix(digits);
  if (digits == 0) return {};
  if (digits > 6) return rounded_fraction_us(all);
  return value;
}

std::optional<std::int64_t> take_time(std::string_view& text) {
  int hour = 0, minute = 0, second = 0;
  if (!take(text, 2, hour) || !take(text, ':') || !take(text, 2, minute)) return {};
  if (hour > 23 || minute > 59) return {};
  std::int64_t fraction_us = 0;
  if (take(text, ':')) {
    if (!take(text, 2, second) || second > 59) return {};
    const auto fraction = take_fraction_us(text);
    if (!fraction) return {};
    fraction_us = *fraction;
  }
  return ((hour * 60 + minute) * 60 + second) * second_us + fraction_us;
}

// Z, +HH, +HHMM, +HH:MM; nothing at all is UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool west = text[0] == '-';
  if (!west && text[0] != '+') return {};
  text.remove_prefix(1);
  int hour = 0, minute = 0;
  if (!take(text, 2, hour) || hour > 14) return {};
  if (!text.empty()) {
    take(text, ':');
    if (!take(text, 2, minute) || minute > 59) return {};
  }
  const std::int64_t east_us = (hour * 60 + minute) * 60 * second_us;
  return west ? -east_us : east_us;
}

std::optional<std::int64_t> take_timestamp(std::string_view& text) {
  const auto date = take_date(text);
  if (!date) return {};
  if (text.empty()) return *date * day_us;
  if (!take(text, ' ') && !take(text, 'T')) return {};
  const auto time = take_time(text);
  if (!time) return {};
  return *date * day_us + *time;
}

Fit put(Out& out, std::int64_t value) {
  out.int32(8);
  out.int64(value);
  return Fit::yes;
}

}  // namespace

std::optional<std::int64_t> whole_time_us(std::string_view text) {
  const bool seconds = text.size() >= 8 && text[5] == ':';
  const auto time = take_time(text);
  return seconds && time && text.empty() ? time : std::nullopt;
}

Fit encode_date(const TypeInfo&, std::string_view text, bool, Out& out) {
  const auto date = take_date(text);
  if (!date || !text.empty()) return Fit::ask;
  out.int32(4);
  out.int32(*date);
  return Fit::yes;
}

Fit encode_time(const TypeInfo&, std::string_view text, bool, Out& out) {
  const auto time = take_time(text);
  return time && text.empty() ? put(out, *time) : Fit::ask;
}

Fit encode_timestamp(const TypeInfo&, std::string_view text, bool, Out& out) {
  const bool time_too = text.size() > 10;
  const auto timestamp = take_timestamp(text);
  // A zone is read, and means nothing.
  if (!timestamp || (!text.empty() && !(time_too && take_zone(text) && text.empty()))) return Fit::ask;
  return put(out, *timestamp);
}

Fit encode_timestamptz(const TypeInfo&, std::string_view text, bool, Out& out) {
  const auto timestamp = take_timestamp(text);
  if (!timestamp) return Fit::ask;
  const auto east_us = take_zone(text);
  return east_us && text.empty() ? put(out, *timestamp - *east_us) : Fit::ask;
}

}  // namespace slipway::ingest
