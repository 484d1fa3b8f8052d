// Reads a snapshot's structure from the catalog of its database.
#pragma once

#include <string>

#include "base/pg/session.hpp"
#include "swap/structure/shape.hpp"

namespace slipway::swap {

// An empty schema: every user schema of the database. With one, what lies in it, named as if it had no name,
// so that `portal__20261121T093000Z` and `portal` compare equal. In one transaction of its own, or inside the
// session's.
Result<Shape> read_shape(pg::Session& session, const std::string& schema);

}  // namespace slipway::swap
