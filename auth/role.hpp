// The roles: each holds those before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::auth {

enum class Role { read, ingest, promote, admin };

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

// Who asks: for the audit, and for what it may do.
struct Caller {
  std::string actor;  // "token 3 (nightly)"
  Role role = Role::read;
};

}  // namespace slipway::auth
