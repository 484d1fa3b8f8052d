// Brings the control database to the shape that this binary expects.
#pragma once

#include <span>

#include "base/pg/session.hpp"
#include "migrations/migration.hpp"

namespace slipway::migrations {

// One transaction a migration, each under the same advisory lock: two at once apply each of them once.
Done apply(pg::Session& session, std::span<const Migration> known);

// Those of this binary, over a session of its own.
Done migrate(const std::string& conninfo);

}  // namespace slipway::migrations
