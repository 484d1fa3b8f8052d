// Loads one table from an upstream server: its COPY TO STDOUT goes straight into ours, in pieces.
#pragma once

#include "daemon/ingest/load.hpp"

namespace slipway::ingest {

Result<LoadOutcome> load_upstream(const Request& request, const TablePlan& plan, Observer& observer,
                                  Cancellation& cancellation);

}  // namespace slipway::ingest
