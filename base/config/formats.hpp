// How single values are written in slipway.yaml: each format says what it expects, reads it, and shows it
// again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/config.hpp"
#include "base/config/value.hpp"

namespace slipway::config {

// read() gives nothing where the value is not what is expected; show() of a value that was not set is empty.
template <class T>
struct Format {
  std::string_view expected;
  std::optional<T> (*read)(const Value&);
  std::optional<std::string> (*show)(const T&);
};

extern const Format<std::string> plain_text;     // any text that is not empty
extern const Format<std::string> name_text;      // 1 to 63 bytes, as PostgreSQL's identifiers
extern const Format<std::string> database_text;  // what may name a database, its roles and its folder
extern const Format<int> port_number;
extern const Format<int> http_status;
extern const Format<int> snapshot_count;
extern const Format<std::int64_t> row_count;
extern const Format<std::optional<std::int64_t>> row_limit;  // 1 or more
extern const Format<double> percent;
extern const Format<std::optional<double>> optional_percent;
extern const Format<Seconds> lease;               // 1 s to 1 h
extern const Format<std::optional<Seconds>> age;  // 1 s to ten years
extern const Format<bool> yes_or_no;
extern const Format<Mode> mode_name;
extern const Format<Pool> pool_name;
extern const Format<Promote> promote_name;
extern const Format<Duplicates> duplicates_name;
extern const Format<Start> start_name;
extern const Format<FileFormat> file_format_name;
extern const Format<Ragged> ragged_name;
extern const Format<Severity> severity_name;
extern const Format<Expect> expect_name;
extern const Format<NoticeLevel> level_name;
extern const Format<std::string> unit_name;        // of systemd, with its ending
extern const Format<std::string> kubernetes_name;  // as a path of its API takes it
extern const Format<std::string> http_method;
extern const Format<std::string> guardrail_name;  // as `--allow` takes it
extern const Format<std::string> carry_pattern;

// 500ms, 60s, 5m, 2h, 14d.
std::optional<Millis> parse_duration(std::string_view text);
std::string show_duration(Seconds seconds);
std::optional<double> parse_percent(std::string_view text);
std::string show_percent(double value);
std::optional<std::int64_t> parse_whole(std::string_view text);
// Why a text may not name a target or its database; empty where it may.
std::string why_not_a_database_name(std::string_view name);

}  // namespace slipway::config
