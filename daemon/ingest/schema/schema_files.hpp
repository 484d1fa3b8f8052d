// Runs a pipeline's schema files, all of them in one transaction, as the owner of what they make.
#pragma once

#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

// On a session of their own, whose settings end with it.
Done run_schema_files(const Request& request, Cancellation& cancellation, Observer& observer);

}  // namespace slipway::ingest
