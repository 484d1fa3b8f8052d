// How a table is filled from a table or view of an upstream server: which columns, by their names, and
// whether their values can travel in binary.
#pragma once

#include "daemon/ingest/plan.hpp"
#include "daemon/ingest/upstream/upstream.hpp"

namespace slipway::ingest {

// The session is one of the build's server. From here on the upstream's table cannot be altered until the
// load is over.
Result<TablePlan> plan_upstream(CatalogTable table, const config::Table& config, Upstream& upstream,
                                pg::Session& session, Observer& observer);

}  // namespace slipway::ingest
