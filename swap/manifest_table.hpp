// The table slipway_manifest inside a snapshot: what clients and verification read to know which snapshot
// serves them.
#pragma once

#include <string>

#include "base/pg/session.hpp"
#include "swap/engine.hpp"

namespace slipway::swap {

// Where the search path makes tables. A role without a name gets no rights.
Done create_manifest_table(pg::Session& session, const std::string& owner, const std::string& reader,
                           const Manifest& manifest);
// The last write to it: rows, inputs, fingerprint and the time.
Done complete_manifest_table(pg::Session& session, const Manifest& manifest);

// Without a schema the search path finds the table.
Result<Identity> read_identity(pg::Session& session, const std::string& schema = "");
// A hash over the shape of every table of the database but this one: columns, types, indexes, constraints,
// triggers.
Result<std::string> shape_fingerprint(pg::Session& session);

}  // namespace slipway::swap
