// Who asks, and what that allows.
#pragma once

#include <string>

#include "base/role.hpp"

namespace slipway::auth {

using slipway::holds;
using slipway::name;
using slipway::parse_role;
using slipway::Role;

// Who asks: for the audit, and for what it may do.
struct Caller {
  std::string actor;  // "token 3 (nightly)"
  Role role = Role::read;
};

}  // namespace slipway::auth
