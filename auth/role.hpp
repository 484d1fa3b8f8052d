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
  std::string actor;  // "token 3 (nightly)", "0000-0002-1825-0097 (Josiah Carberry)", "maria@host"
  Role role = Role::read;
  std::string orcid = {};  // of the person whose session or token it is; empty: nobody's
  std::string name = {};   // the person's or the token's
  long long token = 0;     // which one it came with; 0: none
};

}  // namespace slipway::auth
