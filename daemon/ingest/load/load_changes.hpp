// Loads of a table, whose other rows came with the copy of live, only the files that have changed.
#pragma once

#include "daemon/ingest/load/load.hpp"

namespace slipway::ingest {

// The table's keys and indexes are on. Where a new row has the key of one that is kept, which of them stays
// is known only when all files are read: then, and where live's rows were changed, the outcome says so.
Result<LoadOutcome> load_changes(const Request& request, const TablePlan& plan, Observer& observer,
                                 Cancellation& cancellation);
bool is_key_violation(const Error& error);

// Whether the table holds what was kept and what was loaded, and nothing else. Notes which rows were written.
Done check_changes(Connection& connection, const TablePlan& plan, LoadOutcome& outcome);

}  // namespace slipway::ingest
