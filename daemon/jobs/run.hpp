// Runs one claimed job to its recorded end: the work itself, kept alive meanwhile, and its outcome in the
// queue.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "daemon/jobs/ingest_job.hpp"
#include "daemon/jobs/keeper.hpp"

namespace slipway::jobs {

using Work = std::function<IngestResult(long long job, const IngestOrder& order, ingest::Observer& observer,
                                        std::stop_token stop)>;

struct RunContext {
  std::string conninfo;  // of the control database
  WorkerId worker;
  Work work;
  ingest::Observer* also = nullptr;  // hears everything too
  std::stop_token stop = {};         // from outside: a signal, or the daemon's end
  Stop stop_means = Stop::shutdown;
};

struct Ran {
  IngestResult result;
  State state = State::failed;
  Done recorded;  // whether its end stands in the queue
};

Ran run_claimed(const RunContext& context, const Job& job);

// What becomes of a job whose work came to this end.
State final_state(const IngestResult& result, Stop stopped_by);

}  // namespace slipway::jobs
