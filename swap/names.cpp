#include "swap/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/digest.hpp"
#include "swap/snapshot_time.hpp"

namespace slipway::swap {
namespace {

std::time_t seconds_of(std::string_view id) {
  const auto number = [&](std::size_t from, std::size_t count) {
    return std::atoi(std::string(id.substr(from, count)).c_str());
  };
  std::tm utc{};
  utc.tm_year = number(0, 4) - 1900;
  utc.tm_mon = number(4, 2) - 1;
  utc.tm_mday = number(6, 2);
  utc.tm_hour = number(9, 2);
  utc.tm_min = number(11, 2);
  utc.tm_sec = number(13, 2);
  return timegm(&utc);
}

std::string id_of(std::time_t seconds) {
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

constexpr std::string_view current_prefix = "snapshots/";

}  // namespace

TargetNames target_names(const HomeNames& home, std::string_view target) {
  return {home.targets() / std::string(target), home.run, std::string(target)};
}

SnapshotNames snapshot_names(const TargetNames& target, std::string_view id) {
  return {target.snapshot(id), target.run, std::string(id)};
}

std::string current_text(std::string_view id) {
  return std::string(current_prefix) + std::string(id);
}

std::optional<std::string> id_in_current(std::string_view text) {
  if (!text.starts_with(current_prefix)) return std::nullopt;
  text.remove_prefix(current_prefix.size());
  if (!is_snapshot_id(text)) return std::nullopt;
  return std::string(text);
}

bool is_snapshot_id(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(text.begin(), text.begin() + 8, digit) ||
      !std::all_of(text.begin() + 9, text.end() - 1, digit))
    return false;
  // The thirteenth month and the like do not come back as they were written.
  return id_of(seconds_of(text)) == text;
}

std::string snapshot_id(WallTime time) {
  return id_of(std::chrono::system_clock::to_time_t(time));
}

std::optional<WallTime> time_of_snapshot(std::string_view id) {
  if (!is_snapshot_id(id)) return std::nullopt;
  return std::chrono::system_clock::from_time_t(seconds_of(id));
}

std::string next_snapshot_id(WallTime now, const std::string& last) {
  const std::string id = snapshot_id(now);
  return last.empty() || id > last ? id : id_of(seconds_of(last) + 1);
}

std::string own_schemas_of(std::string_view snapshot_schema) {
  return "slipway_build_" + sha256_hex(snapshot_schema).substr(0, 16);
}

std::string reader_role(std::string_view database) {
  return std::string(database) + "_read";
}
std::string probe_alias(std::string_view database) {
  return std::string(database) + "__probe";
}

}  // namespace slipway::swap
