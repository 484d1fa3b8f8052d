// The settings that a target's managed servers take from slipway.yaml, and those that they may not.
#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

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

}  // namespace

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

}  // namespace slipway::config
