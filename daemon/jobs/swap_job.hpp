// Runs a promotion, a rollback or a pruning that was ordered as a job, to its recorded end.
#pragma once

#include <string>

#include "daemon/jobs/ingest_job.hpp"
#include "daemon/jobs/queue.hpp"

namespace slipway::jobs {

struct SwapContext {
  std::string conninfo;  // of the control database
  WorkerId worker;
  IngestContext in;
};

// What it came to: succeeded only where `swap` says so, with what it printed as the result.
Ending swap_once(const IngestContext& context, const Job& job);
// The same, kept alive meanwhile and recorded. An error where its end could not be recorded.
Done run_swap_job(const SwapContext& context, const Job& job);

}  // namespace slipway::jobs
