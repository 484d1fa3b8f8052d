// Runs a pipeline's schema files, all of them in one transaction, as the owner of what they make.
#pragma once

#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

Done run_schema_files(const Request& request, Connection& connection, Observer& observer);

}  // namespace slipway::ingest
