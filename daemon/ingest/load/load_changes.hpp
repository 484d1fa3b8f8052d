// Loads of a table, whose other rows came with the copy of live, only the files that have changed.
#pragma once

#include "daemon/ingest/load/load.hpp"

namespace slipway::ingest {

// The table's keys and indexes are on. Where a new row has the key of one that is kept, nothing is changed
// and the error has that SQLSTATE: which of them stays is known only when all files are read.
Result<LoadOutcome> load_changes(const Request& request, const TablePlan& plan, Observer& observer,
                                 Cancellation& cancellation);
bool is_key_violation(const Error& error);

// Whether the table holds what was kept and what was loaded: all else is certain to be as it was. Notes which
// rows were written.
Done check_changes(Connection& connection, const TablePlan& plan, LoadOutcome& outcome);

}  // namespace slipway::ingest
