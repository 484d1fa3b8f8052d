// What hangs on a table of live that is carried: the carry's lock on it stands until the switch is made, so
// nothing that needs a lock of that table can be in the switch.
#pragma once

#include <string>
#include <vector>

#include "swap/schema/dependents.hpp"

namespace slipway::swap {

// Moves what cannot go along from plan.rebind to plan.refused. `carry` are the target's patterns.
Done refuse_what_needs_carried(pg::Session& session, const SchemaPair& pair,
                               const std::vector<std::string>& carry, RebindPlan& plan);

}  // namespace slipway::swap
