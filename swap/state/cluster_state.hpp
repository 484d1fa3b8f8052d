// What is global to a cluster, or hangs on a database's OID, copied from the live cluster to a snapshot's at
// each promotion and rollback, so that what was changed on live since the snapshot was built is not lost.
#pragma once

#include <string>

#include "base/pg/session.hpp"
#include "swap/state/roles.hpp"

namespace slipway::swap {

// Both sessions as superusers. Roles, memberships and role settings, then the state of the one database. All
// of it or nothing; a second time it finds nothing to do.
Done copy_cluster_state(pg::Session& live, pg::Session& candidate, const std::string& database, Gone gone);

}  // namespace slipway::swap
