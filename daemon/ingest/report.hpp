// What is told of a build when it is done.
#pragma once

#include "daemon/ingest/load/load.hpp"
#include "daemon/ingest/sql/stage.hpp"

namespace slipway::ingest {

Report report_of(const std::vector<TablePlan>& plans, const std::vector<LoadOutcome>& outcomes,
                 const SqlStage& queries);

// Of a trial: what its rows come to on disk, and so what all of them would; in the order of loading.
Result<std::vector<TableEstimate>> estimates_of(pg::Session& session, const std::vector<TablePlan>& plans,
                                                const std::vector<LoadOutcome>& outcomes);

}  // namespace slipway::ingest
