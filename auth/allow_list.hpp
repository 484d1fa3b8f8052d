// The allow-list: who may sign in, with which role. Entries of the config stand before those that were added
// by command or by the API, and can't be taken away by them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/role.hpp"
#include "base/config/access.hpp"
#include "base/pg/session.hpp"

namespace slipway::auth {

struct Allowed {
  std::string orcid;
  Role role = Role::read;
  bool from_config = false;
  std::string added_by;  // empty for one of the config
  std::string added_at;
};

// What that person may do now; nothing for somebody who is not on the list.
Result<std::optional<Role>> role_of(pg::Session& session, const config::Auth& auth, const std::string& orcid);
// By iD.
Result<std::vector<Allowed>> list_allowed(pg::Session& session, const config::Auth& auth);

// Both audited, in their own transaction. Kind::usage for what is no iD or not on the list, Kind::refused for
// an entry of the config, and where no admin would be left.
Result<Allowed> allow(pg::Session& session, const config::Auth& auth, const std::string& orcid, Role role,
                      const Caller& who, const std::string& origin);
// The person's sessions end with it.
Result<Allowed> disallow(pg::Session& session, const config::Auth& auth, const std::string& orcid,
                         const Caller& who, const std::string& origin);

}  // namespace slipway::auth
