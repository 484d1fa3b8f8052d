// What a build begins with: the tables that the schema files make, or those of a copy of live.
#pragma once

#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

// Afterwards every table is there; those of a copy keep live's rows where the pipeline says `start: live`.
Done begin_tables(const Request& request, Cancellation& cancellation, Observer& observer);

}  // namespace slipway::ingest
