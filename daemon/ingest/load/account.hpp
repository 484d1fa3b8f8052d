// Whether a table holds what was loaded into it: as many rows, with the same values.
#pragma once

#include "daemon/ingest/load/load.hpp"

namespace slipway::ingest {

Done check_contents(Connection& connection, const TablePlan& plan, const LoadOutcome& outcome);

}  // namespace slipway::ingest
