#include "daemon/ingest/infer/guess.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

// In the order of preference; a value is several of them at once.
enum Type : unsigned {
  boolean = 1U << 0U,
  bigint = 1U << 1U,
  real = 1U << 2U,  // a double that means exactly these digits
  numeric = 1U << 3U,
  uuid = 1U << 4U,
  date = 1U << 5U,
  moment = 1U << 6U,      // with a time zone
  local_time = 1U << 7U,  // without one
  nested = 1U << 8U,      // a JSON object or array
  text = 1U << 9U,
  any_json = 1U << 10U,  // what has objects beside texts and numbers
};

constexpr std::pair<Type, const char*> names[] = {
    {boolean, "boolean"}, {bigint, "bigint"}, {real, "double precision"}, {numeric, "numeric"},
    {uuid, "uuid"},       {date, "date"},     {moment, "timestamptz"},    {local_time, "timestamp"},
    {nested, "jsonb"},    {text, "text"},     {any_json, "jsonb"}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_truth(std::string_view value) {
  std::string low;
  for (const char c : value.substr(0, 6)) low += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* word : {"true", "false", "t", "f", "yes", "no"})
    if (low == word) return true;
  return false;
}

// The digits that count, without sign, point, exponent and the zeros around them.
std::string significant(std::string_view number) {
  std::string digits;
  for (const char c : number) {
    if (c == 'e' || c == 'E') break;
    if (is_digit(c) && !(digits.empty() && c == '0')) digits += c;
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits;
}

bool double_is_exact(std::string_view value) {
  double parsed = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (problem != std::errc() || end != value.data() + value.size() || !std::isfinite(parsed)) return false;
  std::array<char, 64> shortest{};
  const auto printed = std::to_chars(shortest.data(), shortest.data() + shortest.size(), parsed,
                                     std::chars_format::scientific);
  return significant({shortest.data(), static_cast<std::size_t>(printed.ptr - shortest.data())}) ==
         significant(value);
}

std::size_t digits_from(std::string_view value, std::size_t at) {
  std::size_t end = at;
  while (end < value.size() && is_digit(value[end])) ++end;
  return end - at;
}

// -12, 3.50, 1.2e-7. Not 007, which is a code, and not +1 or .5, which somebody may want to keep as they are.
unsigned number_types(std::string_view value) {
  std::size_t at = value.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_from(value, at);
  if (whole == 0 || (whole > 1 && value[at] == '0')) return 0;
  at += whole;
  bool integer = true;
  if (at < value.size() && value[at] == '.') {
    const std::size_t places = digits_from(value, at + 1);
    if (places == 0) return 0;
    at += places + 1;
    integer = false;
  }
  const bool exponent = at < value.size() && (value[at] == 'e' || value[at] == 'E');
  if (exponent) {
    ++at;
    if (at < value.size() && (value[at] == '+' || value[at] == '-')) ++at;
    const std::size_t digits = digits_from(value, at);
    if (digits == 0 || digits > 3) return 0;
    at += digits;
    integer = false;
  }
  if (at != value.size() || whole > 1000) return 0;
  std::int64_t parsed = 0;
  const bool fits = std::from_chars(value.data(), value.data() + value.size(), parsed).ec == std::errc();
  if (integer) return fits ? bigint | numeric | (double_is_exact(value) ? real : 0U) : unsigned{numeric};
  return numeric | (double_is_exact(value) ? real : 0U);
}

bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (i == 8 || i == 13 || i == 18 || i == 23 ? value[i] != '-' : !is_hex(value[i])) return false;
  return true;
}

// Two digits of it, within the limits.
bool two(std::string_view value, std::size_t at, int least, int most) {
  if (at + 2 > value.size() || digits_from(value, at) < 2) return false;
  const int number = (value[at] - '0') * 10 + (value[at + 1] - '0');
  return number >= least && number <= most;
}

bool is_date(std::string_view value) {
  if (value.size() < 10 || digits_from(value, 0) != 4 || value[4] != '-' || value[7] != '-') return false;
  const int year = std::atoi(std::string(value.substr(0, 4)).c_str());
  if (year == 0 || !two(value, 5, 1, 12)) return false;
  const int month = std::atoi(std::string(value.substr(5, 2)).c_str());
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = month == 2                                              ? (leap ? 29 : 28)
                   : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                           : 31;
  return two(value, 8, 1, days);
}

// Z, +02, +0230, +02:30
bool is_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return true;
  if (zone.empty() || (zone[0] != '+' && zone[0] != '-') || !two(zone, 1, 0, 14)) return false;
  if (zone.size() == 3) return true;
  const std::size_t minutes = zone[3] == ':' ? 4 : 3;
  return zone.size() == minutes + 2 && two(zone, minutes, 0, 59);
}

// 2024-05-06, 2024-05-06T07:08, 2024-05-06 07:08:09.123+02:00
unsigned time_types(std::string_view value) {
  if (!is_date(value)) return 0;
  if (value.size() == 10) return date;
  if ((value[10] != 'T' && value[10] != ' ') || !two(value, 11, 0, 23) || value.size() < 16 ||
      value[13] != ':' || !two(value, 14, 0, 59))
    return 0;
  std::size_t at = 16;
  if (at < value.size() && value[at] == ':') {
    if (!two(value, 17, 0, 59)) return 0;
    at = 19;
    if (at < value.size() && value[at] == '.') {
      const std::size_t places = digits_from(value, at + 1);
      if (places == 0 || places > 6) return 0;
      at += places + 1;
    }
  }
  if (at == value.size()) return local_time;
  return is_zone(value.substr(at)) ? moment : 0U;
}

// The server's jsonb holds no NUL.
bool is_nested_json(std::string_view value) {
  if (value.empty() || (value[0] != '{' && value[0] != '[') ||
      value.find("\\u0000") != std::string_view::npos)
    return false;
  thread_local simdjson::dom::parser parser;
  return parser.parse(value.data(), value.size()).error() == simdjson::SUCCESS;
}

unsigned types_of(std::string_view value, ValueKind kind) {
  switch (kind) {
    case ValueKind::json_nested:
      return nested | any_json;
    case ValueKind::json_truth:
      return boolean | text | any_json;
    case ValueKind::json_number:
      return number_types(value) | text | any_json;
    case ValueKind::json_text:
      return time_types(value) | (is_uuid(value) ? uuid : 0U) | text | any_json;
    case ValueKind::csv_field:
      break;
  }
  return (is_truth(value) ? boolean : 0U) | number_types(value) | time_types(value) |
         (is_uuid(value) ? uuid : 0U) | (is_nested_json(value) ? nested : 0U) | text;
}

}  // namespace

void Guess::see(std::string_view value, ValueKind kind) {
  const bool textual = kind == ValueKind::csv_field || kind == ValueKind::json_text;
  // What no column takes is rejected whatever the type.
  if (textual && !encoding_problem(value).empty()) return;
  if (textual && value.empty()) {
    ++empty_;
    return;
  }
  ++values_;
  possible_ &= types_of(value, kind);
  if (key_like_ && !twice_) {
    twice_ = !all_.emplace(value).second;
    if (twice_) all_.clear();
  }
}

std::string Guess::type() const {
  if (values_ == 0) return "text";
  for (const auto& [type, name] : names)
    if ((possible_ & type) != 0) return name;
  return "text";
}

bool Guess::empty_is_null() const {
  return empty_ > 0 && type() != "text";
}

bool Guess::unique() const {
  return key_like_ && !twice_ && values_ > 0 && nulls_ == 0 && empty_ == 0;
}

}  // namespace slipway::ingest
