// Who may look into a snapshot's schema. A frozen one is closed to everybody but its owner; what had been
// granted is remembered in the registry, and granted again when it is promoted.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

// Remembers the rights on the schema itself and takes them away. One that is closed already stays so, and
// what is remembered of it too. Inside the session's transaction, or in one of its own.
Done close_schema(pg::Session& session, unsigned oid);

// What opens `candidate` under the name that it will have: what is remembered of it, and what `live` grants
// now. `live` may be 0.
Result<std::vector<std::string>> opening(pg::Session& session, unsigned candidate, unsigned live,
                                         const std::string& name);

// The grants on live's tables, columns, sequences and functions that their namesakes in the candidate lack.
Result<std::vector<std::string>> missing_grants(pg::Session& session, unsigned candidate, unsigned live);

}  // namespace slipway::swap
