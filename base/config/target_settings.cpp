// The settings of a target: one table for itself, one for each map inside it.
#include <array>

#include "base/config/settings.hpp"

namespace slipway::config {
namespace {

constexpr std::array guardrail_settings = {
    field<"min_rows_vs_live", &Guardrails::min_rows_vs_live_percent, percent, Guardrails>(),
    field<"min_bytes_vs_live", &Guardrails::min_bytes_vs_live_percent, percent, Guardrails>(),
};

constexpr std::array keep_settings = {
    field<"last", &Keep::last, snapshot_count, Keep>(),
    field<"within", &Keep::within, age, Keep>(),
    field<"min_free", &Keep::min_free_percent, optional_percent, Keep>(),
};

constexpr std::array http_settings = {
    field<"url", &HttpProbe::url, plain_text, HttpProbe>(Need::required),
    field<"expect", &HttpProbe::expect, http_status, HttpProbe>(),
};

void read_front(const Scope& scope, const Value& value, Target& target) {
  if (value.type == Value::Type::map && value.find("uri_file"))
    return not_built(scope, "front: uri_file", value);
  const std::optional<int> port = port_number.read(value);
  if (port)
    target.front_port = *port;
  else
    expected(scope, "front", port_number.expected, value);
}

void read_serve(const Scope& scope, const Value& value, Target&) {
  if (value.type == Value::Type::map && value.find("restart"))
    return not_built(scope, "serve: restart", value);
  if (value.type != Value::Type::text || value.text != "warm") expected(scope, "serve", "warm", value);
}

// Why a setting of PostgreSQL may not be given; empty where it may.
std::string_view why_ours(std::string_view name, std::string_view value) {
  constexpr std::string_view ours[] = {"listen_addresses",
                                       "port",
                                       "unix_socket_directories",
                                       "unix_socket_permissions",
                                       "unix_socket_group",
                                       "hba_file",
                                       "ident_file",
                                       "data_directory",
                                       "config_file",
                                       "external_pid_file",
                                       "include",
                                       "include_dir",
                                       "include_if_exists"};
  constexpr std::string_view durability[] = {"fsync", "full_page_writes", "zero_damaged_pages",
                                             "ignore_checksum_failure"};
  for (const std::string_view one : ours)
    if (one == name) return "Slipway sets it itself";
  for (const std::string_view one : durability)
    if (one == name) return "production always runs with the safe value";
  if (name == "wal_level" && value == "minimal") return "a production server needs replica or logical";
  return {};
}

bool is_setting_name(std::string_view name) {
  return !name.empty() && name.size() <= 127 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

void read_postgresql(const Scope& scope, const Value& map, Target& target) {
  if (!is_map(scope, "postgresql", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const std::string& name = map.keys[i].text;
    const Value& value = map.items[i];
    const std::string_view why = why_ours(name, value.text);
    if (!is_setting_name(name))
      scope.mistakes.add(map.keys[i], "`{}`{} is not the name of a PostgreSQL setting (lower case)", name,
                         scope.in());
    else if (!why.empty())
      scope.mistakes.add(map.keys[i], "the PostgreSQL setting `{}`{} cannot be given: {}", name, scope.in(),
                         why);
    else if (value.type != Value::Type::text || value.text.find('\n') != std::string::npos)
      expected(scope, name, "one value on one line", value);
    else
      target.postgresql[name] = value.text;
  }
}

Value show_postgresql(const Target& target) {
  Value map = Value::map();
  for (const auto& [name, value] : target.postgresql) map.add(name, Value::of(value));
  return map;
}

template <class T, T Target::*member, const auto& settings>
void read_part(const Scope& scope, std::string_view key, const Value& value, Target& target) {
  if (!is_map(scope, key, value)) return;
  const Scope inner{scope.mistakes, fmt::format("`{}` of {}", key, scope.what)};
  read_settings(inner, value, std::span<const Setting<T>>(settings), target.*member);
}

template <Key key, class T, T Target::*member, const auto& settings>
constexpr Setting<Target> part() {
  return {key.view(),
          [](const Scope& scope, const Value& value, Target& target) {
            read_part<T, member, settings>(scope, key.view(), value, target);
          },
          [](const Target& target) {
            return show_settings(std::span<const Setting<T>>(settings), target.*member);
          }};
}

void read_probe(const Scope& scope, const Value& probe, Target& target) {
  const Position at = scope.mistakes.at(probe);
  if (probe.type != Value::Type::map || probe.keys.size() != 1 ||
      (probe.keys[0].text != "sql" && probe.keys[0].text != "http"))
    return expected(scope, "verify", "a list of `sql: query` and `http: {url: …, expect: 200}`", probe);
  if (probe.keys[0].text == "sql") {
    const std::optional<std::string> query = plain_text.read(probe.items[0]);
    if (query)
      target.verify_sql.push_back({*query, at});
    else
      expected(scope, "sql", "a query that answers one true or false", probe.items[0]);
    return;
  }
  HttpProbe http{{}, 200, at};
  if (!is_map(scope, "http", probe.items[0])) return;
  read_settings(scope, probe.items[0], std::span<const Setting<HttpProbe>>(http_settings), http);
  if (!http.url.empty() && !http.url.starts_with("http://") && !http.url.starts_with("https://"))
    expected(scope, "url", "an address that begins with http:// or https://", *probe.items[0].find("url"));
  target.verify_http.push_back(std::move(http));
}

void read_verify(const Scope& scope, const Value& list, Target& target) {
  if (list.type != Value::Type::list) return expected(scope, "verify", "a list of probes", list);
  for (const Value& probe : list.items) read_probe(scope, probe, target);
}

Value show_verify(const Target& target) {
  Value list = Value::list();
  for (const SqlProbe& probe : target.verify_sql) {
    list.items.push_back(Value::map());
    list.items.back().add("sql", Value::of(probe.query));
  }
  for (const HttpProbe& probe : target.verify_http) {
    list.items.push_back(Value::map());
    list.items.back().add("http", show_settings(std::span<const Setting<HttpProbe>>(http_settings), probe));
  }
  return list;
}

constexpr std::array settings = {
    field<"mode", &Target::mode, mode_name, Target>(Need::required),
    unbuilt<Target>("server"),
    unbuilt<Target>("server_file"),
    unbuilt<Target>("maintenance"),
    field<"name", &Target::database_name, database_text, Target>(),
    Setting<Target>{"serve", read_serve, [](const Target&) { return Value::of("warm"); }},
    Setting<Target>{"front", read_front,
                    [](const Target& target) { return shown(port_number, target.front_port); }},
    field<"pool", &Target::pool, pool_name, Target>(),
    Setting<Target>{"postgresql", read_postgresql, show_postgresql},
    unbuilt<Target>("quiesce"),
    unbuilt<Target>("hooks"),
    Setting<Target>{"verify", read_verify, show_verify},
    part<"guardrails", Guardrails, &Target::guardrails, guardrail_settings>(),
    field<"deadline", &Target::deadline, lease, Target>(),
    field<"verify_timeout", &Target::verify_timeout, lease, Target>(),
    part<"keep", Keep, &Target::keep, keep_settings>(),
    unbuilt<Target>("carry"),
};

}  // namespace

std::span<const Setting<Target>> target_settings() {
  return settings;
}

}  // namespace slipway::config
