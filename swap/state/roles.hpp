// The roles of a cluster and what hangs on them, as a value: read from one cluster, compared with another's,
// and the SQL that makes the second equal. Passwords are not among it: managed servers store none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

struct Role {
  // SUPERUSER, NOLOGIN and their like, as ALTER ROLE takes them.
  std::set<std::string> attributes;
  long long connection_limit = -1;
  std::string valid_until;  // empty: not set, or infinity
  std::string comment;
  std::map<std::string, std::string> settings;  // ALTER ROLE SET, for every database
  bool operator==(const Role&) const = default;
};

// With INHERIT and SET from PostgreSQL 16 on; before that they are no property of a membership.
struct Membership {
  bool admin = false;
  bool inherit = true;
  bool set = true;
  bool operator==(const Membership&) const = default;
};

struct Roles {
  std::map<std::string, Role> roles;
  std::map<std::pair<std::string, std::string>, Membership> memberships;  // by role and member
  std::map<std::string, std::string> settings;                            // ALTER ROLE ALL SET
  std::set<std::string> depended_on;  // owners, and those with privileges: they cannot be dropped
  std::set<std::string> irremovable;  // the cluster's first role, and the one that asks
  bool membership_options = false;    // of PostgreSQL 16
  bool operator==(const Roles&) const = default;
};

// What becomes of roles that are in `now` and not wanted: in a snapshot that was never live its schema made
// them; in one that was, they have been dropped on live since.
enum class Gone { keep, drop };

Result<Roles> read_roles(pg::Session& session);
// What makes `now` what is wanted; nothing where it is. A role that owns something cannot be dropped: it is
// disabled.
std::vector<std::string> statements(const Roles& now, const Roles& wanted, Gone gone);

}  // namespace slipway::swap
