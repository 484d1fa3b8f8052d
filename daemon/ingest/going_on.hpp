// Whether a build that somebody else began can be gone on with, and what of it still holds.
#pragma once

#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

// Empty: it can. Else why not.
Result<std::string> why_not_go_on(const Request& request);

// Takes over into the plans what is complete already and whose files are as they were; the rest is told.
void take_up(const Ledger& ledger, std::vector<TablePlan>& plans, Observer& observer);

}  // namespace slipway::ingest
