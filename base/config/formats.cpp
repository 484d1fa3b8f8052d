// The formats of single values: durations, percents, ports, names and words out of a list.
#include "base/config/formats.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace slipway::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> units = {
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr Seconds longest_lease{3600};
constexpr Seconds longest_age{3650LL * 86'400};

std::optional<std::string> text_of(const Value& value) {
  if (value.type != Value::Type::text || value.text.empty()) return std::nullopt;
  return value.text;
}

template <std::int64_t lowest, std::int64_t highest>
std::optional<int> read_int(const Value& value) {
  const std::optional<std::int64_t> number = parse_whole(value.text);
  if (value.type != Value::Type::text || !number || *number < lowest || *number > highest)
    return std::nullopt;
  return static_cast<int>(*number);
}

template <class T>
std::optional<std::string> show_number(const T& number) {
  return std::to_string(number);
}

std::optional<std::int64_t> read_count(const Value& value) {
  const std::optional<std::int64_t> number = parse_whole(value.text);
  if (value.type != Value::Type::text || !number || *number < 0) return std::nullopt;
  return number;
}

std::optional<Seconds> read_seconds(const Value& value, Seconds longest) {
  const std::optional<Millis> ms = parse_duration(value.text);
  if (value.type != Value::Type::text || !ms || ms->count() % 1000 != 0) return std::nullopt;
  const Seconds seconds = std::chrono::duration_cast<Seconds>(*ms);
  if (seconds < Seconds(1) || seconds > longest) return std::nullopt;
  return seconds;
}

std::optional<double> read_percent(const Value& value) {
  return value.type == Value::Type::text ? parse_percent(value.text) : std::nullopt;
}

// Words and what they stand for; the first is not the default, that stands in config.hpp.
template <class T, std::size_t n>
using Words = std::array<std::pair<std::string_view, T>, n>;

constexpr Words<Mode, 3> modes = {
    {{"volume", Mode::volume}, {"database", Mode::database}, {"schema", Mode::schema}}};
constexpr Words<Pool, 2> pools = {{{"transaction", Pool::transaction}, {"session", Pool::session}}};
constexpr Words<Promote, 2> promotes = {{{"manual", Promote::manual}, {"auto", Promote::automatic}}};
constexpr Words<Duplicates, 2> duplicate_ways = {
    {{"fail", Duplicates::fail}, {"reject", Duplicates::reject}}};
constexpr Words<Start, 2> starts = {{{"empty", Start::empty}, {"live", Start::live}}};
constexpr Words<FileFormat, 8> file_formats = {{{"auto", FileFormat::by_name},
                                                {"csv", FileFormat::csv},
                                                {"tsv", FileFormat::tsv},
                                                {"text", FileFormat::text},
                                                {"ndjson", FileFormat::ndjson},
                                                {"json", FileFormat::json},
                                                {"documents", FileFormat::documents},
                                                {"listing", FileFormat::listing}}};
constexpr Words<Ragged, 2> ragged_ways = {{{"reject", Ragged::reject}, {"pad", Ragged::pad}}};
constexpr Words<Severity, 2> severities = {{{"warn", Severity::warn}, {"error", Severity::error}}};
constexpr Words<Expect, 2> expectations = {{{"empty", Expect::empty}, {"true", Expect::truth}}};
constexpr Words<NoticeLevel, 3> levels = {
    {{"error", NoticeLevel::error}, {"info", NoticeLevel::info}, {"verbose", NoticeLevel::verbose}}};
constexpr Words<bool, 2> truths = {{{"true", true}, {"false", false}}};

template <class T, const auto& words>
std::optional<T> read_word(const Value& value) {
  if (value.type != Value::Type::text) return std::nullopt;
  for (const auto& [word, meaning] : words)
    if (word == value.text) return meaning;
  return std::nullopt;
}

template <class T, const auto& words>
std::optional<std::string> show_word(const T& shown) {
  for (const auto& [word, meaning] : words)
    if (meaning == shown) return std::string(word);
  return std::nullopt;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool holds_only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_unit(std::string_view name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
  constexpr std::string_view endings[] = {".service", ".socket", ".timer", ".path", ".target"};
  return name.size() <= 255 && holds_only(name, allowed) && name[0] != '-' && name[0] != '.' &&
         std::any_of(std::begin(endings), std::end(endings),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_kubernetes_name(std::string_view name) {
  return name.size() <= 253 && holds_only(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") &&
         (is_lower(name.front()) || is_digit(name.front())) &&
         (is_lower(name.back()) || is_digit(name.back()));
}

bool is_method(std::string_view word) {
  return word == "POST" || word == "PUT" || word == "PATCH" || word == "GET" || word == "DELETE";
}

bool is_guardrail(std::string_view name) {
  return name.size() <= 63 && holds_only(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") && name[0] != '-';
}

// PostgreSQL cuts names at 63 bytes; a pattern may be as long as the longest name.
bool is_pattern(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

// One text, checked by a rule.
template <bool (*rule)(std::string_view)>
std::optional<std::string> read_by(const Value& value) {
  return value.type == Value::Type::text && rule(value.text) ? std::optional(value.text) : std::nullopt;
}
std::optional<std::string> show_text(const std::string& text) {
  return text;
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Millis> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::optional<std::int64_t> number = parse_whole(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units)
    if (text.substr(digits) == unit.name) {
      if (*number > INT64_MAX / unit.ms) return std::nullopt;
      return Millis(*number * unit.ms);
    }
  return std::nullopt;
}

std::string show_duration(Seconds seconds) {
  const std::int64_t ms = Millis(seconds).count();
  const auto unit = std::find_if(units.rbegin(), units.rend(), [&](const Unit& u) { return ms % u.ms == 0; });
  return fmt::format("{}{}", ms / unit->ms, unit->name);
}

std::optional<double> parse_percent(std::string_view text) {
  if (text.size() < 2 || text.back() != '%' || !is_digit(text.front())) return std::nullopt;
  text.remove_suffix(1);
  double number = 0;
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (code != std::errc() || end != text.data() + text.size() || number > 100) return std::nullopt;
  return number;
}

std::string show_percent(double value) {
  return fmt::format("{}%", value);
}

std::string why_not_a_database_name(std::string_view name) {
  constexpr std::string_view reserved[] = {"slipway",   "postgres", "template0", "template1",
                                           "pgbouncer", "public",   "none"};
  if (name.empty()) return "is empty";
  if (name.size() > 40) return fmt::format("has {} bytes; at most 40 are allowed", name.size());
  if (!is_lower(name[0]) && name[0] != '_') return "must begin with a lower-case letter or `_`";
  if (!std::all_of(name.begin(), name.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; }))
    return "may hold only lower-case letters, digits and `_`";
  if (std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved))
    return "is reserved; PostgreSQL, PgBouncer or Slipway itself uses it";
  if (name.starts_with("pg_")) return "begins with `pg_`, which PostgreSQL reserves";
  if (name.find("__") != std::string_view::npos)
    return "holds `__`, which separates snapshots from their target";
  return {};
}

const Format<std::string> plain_text{"a text", text_of,
                                     [](const std::string& text) { return std::optional(text); }};
const Format<std::string> name_text{
    "a name of at most 63 bytes",
    [](const Value& value) { return value.text.size() <= 63 ? text_of(value) : std::nullopt; },
    [](const std::string& text) { return std::optional(text); }};
const Format<std::string> database_text{
    "a database name (lower-case letters, digits and `_`, at most 40 bytes, not a reserved one)",
    [](const Value& value) {
      return why_not_a_database_name(value.text).empty() ? text_of(value) : std::nullopt;
    },
    [](const std::string& text) { return std::optional(text); }};
const Format<int> port_number{"a port from 1 to 65535", read_int<1, 65535>, show_number<int>};
const Format<int> http_status{"an HTTP status from 100 to 599", read_int<100, 599>, show_number<int>};
const Format<int> snapshot_count{"a number of snapshots from 1 to 1000", read_int<1, 1000>, show_number<int>};
const Format<std::int64_t> row_count{"a number of rows", read_count, show_number<std::int64_t>};
const Format<std::optional<std::int64_t>> row_limit{
    "a number of rows, 1 or more",
    [](const Value& value) -> std::optional<std::optional<std::int64_t>> {
      const std::optional<std::int64_t> number = read_count(value);
      if (!number || *number == 0) return std::nullopt;
      return std::optional<std::optional<std::int64_t>>(number);
    },
    [](const std::optional<std::int64_t>& value) {
      return value ? show_number<std::int64_t>(*value) : std::nullopt;
    }};
const Format<double> percent{"a percent from 0% to 100%", read_percent,
                             [](const double& value) { return std::optional(show_percent(value)); }};
const Format<std::optional<double>> optional_percent{
    "a percent from 0% to 100%",
    [](const Value& value) -> std::optional<std::optional<double>> {
      const std::optional<double> number = read_percent(value);
      if (!number) return std::nullopt;
      return std::optional<std::optional<double>>(number);
    },
    [](const std::optional<double>& value) {
      return value ? std::optional(show_percent(*value)) : std::nullopt;
    }};
const Format<Seconds> lease{"a duration from 1s to 1h, such as 60s or 5m",
                            [](const Value& value) { return read_seconds(value, longest_lease); },
                            [](const Seconds& value) { return std::optional(show_duration(value)); }};
const Format<std::optional<Seconds>> age{"a duration, such as 12h or 14d",
                                         [](const Value& value) -> std::optional<std::optional<Seconds>> {
                                           const std::optional<Seconds> seconds =
                                               read_seconds(value, longest_age);
                                           if (!seconds) return std::nullopt;
                                           return std::optional<std::optional<Seconds>>(seconds);
                                         },
                                         [](const std::optional<Seconds>& value) {
                                           return value ? std::optional(show_duration(*value)) : std::nullopt;
                                         }};
const Format<bool> yes_or_no{"true or false", read_word<bool, truths>, show_word<bool, truths>};
const Format<Mode> mode_name{"volume, database or schema", read_word<Mode, modes>, show_word<Mode, modes>};
const Format<Pool> pool_name{"transaction or session", read_word<Pool, pools>, show_word<Pool, pools>};
const Format<Promote> promote_name{"manual or auto", read_word<Promote, promotes>,
                                   show_word<Promote, promotes>};
const Format<Duplicates> duplicates_name{"fail or reject", read_word<Duplicates, duplicate_ways>,
                                         show_word<Duplicates, duplicate_ways>};
const Format<Start> start_name{"empty or live", read_word<Start, starts>, show_word<Start, starts>};
const Format<FileFormat> file_format_name{
    "auto (by the file's name), csv, tsv, text, ndjson, json, documents or listing",
    read_word<FileFormat, file_formats>, show_word<FileFormat, file_formats>};
const Format<Ragged> ragged_name{"reject or pad", read_word<Ragged, ragged_ways>,
                                 show_word<Ragged, ragged_ways>};
const Format<Severity> severity_name{"warn or error", read_word<Severity, severities>,
                                     show_word<Severity, severities>};
const Format<Expect> expect_name{"empty or true", read_word<Expect, expectations>,
                                 show_word<Expect, expectations>};
const Format<NoticeLevel> level_name{"error, info or verbose", read_word<NoticeLevel, levels>,
                                     show_word<NoticeLevel, levels>};
const Format<std::string> unit_name{"a unit with its ending, such as portal-api.service", read_by<is_unit>,
                                    show_text};
const Format<std::string> kubernetes_name{
    "a Kubernetes name (lower-case letters, digits, `-` and `.`, at most 253 bytes)",
    read_by<is_kubernetes_name>, show_text};
const Format<std::string> http_method{"POST, PUT, PATCH, GET or DELETE", read_by<is_method>, show_text};
const Format<std::string> guardrail_name{
    "a name of lower-case letters, digits, `_` and `-`, at most 63 bytes", read_by<is_guardrail>, show_text};
const Format<std::string> carry_pattern{"a table's name, in which `*` stands for any text",
                                        read_by<is_pattern>, show_text};

}  // namespace slipway::config
