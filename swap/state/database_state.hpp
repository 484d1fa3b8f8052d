// What hangs on a database's OID and not on its name, and so has to be copied to the database that takes the
// name over: owner, ACL, comment, connection limit, and its settings, for everybody and for single roles.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

// Who granted it is not kept: all of it is granted by the owner again.
struct DatabaseGrant {
  std::string grantee;  // empty: PUBLIC
  std::string privilege;
  bool grantable = false;
  auto operator<=>(const DatabaseGrant&) const = default;
};

struct DatabaseState {
  std::string owner;
  std::string comment;
  long long connection_limit = -1;
  std::set<DatabaseGrant> grants;
  // By role (empty: everybody) and name.
  std::map<std::pair<std::string, std::string>, std::string> settings;
  bool operator==(const DatabaseState&) const = default;
};

// Of any database of the server; the session may be connected to another one.
Result<DatabaseState> read_database_state(pg::Session& session, const std::string& database);

// What makes `now` what is wanted; nothing where it is. ALLOW_CONNECTIONS is not part of it: that is the
// fence.
std::vector<std::string> statements(const std::string& database, const DatabaseState& now,
                                    const DatabaseState& wanted);

// All of it or nothing, inside the session's transaction where it is in one.
Done apply_database_state(pg::Session& session, const std::string& database, const DatabaseState& wanted);

// Between two databases of one server.
Done copy_database_state(pg::Session& session, const std::string& from, const std::string& to);

// Runs them as one transaction; none is fine.
Done run_together(pg::Session& session, const std::vector<std::string>& statements);

}  // namespace slipway::swap
