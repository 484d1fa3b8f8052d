// The roles: each holds those before it. The config names them, and auth gives them their meaning.
#pragma once

#include <optional>
#include <string_view>

namespace slipway {

enum class Role { read, ingest, promote, admin };

inline constexpr std::string_view role_names = "read, ingest, promote or admin";

constexpr bool holds(Role held, Role needed) {
  return held >= needed;
}

constexpr std::string_view name(Role role) {
  constexpr std::string_view names[] = {"read", "ingest", "promote", "admin"};
  return names[static_cast<int>(role)];
}

constexpr std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::read, Role::ingest, Role::promote, Role::admin})
    if (text == name(role)) return role;
  return std::nullopt;
}

}  // namespace slipway
