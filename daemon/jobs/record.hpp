// The end of a job, written into the control database even where that is away for a while.
#pragma once

#include <string>

#include "daemon/jobs/queue.hpp"

namespace slipway::jobs {

Done record_end(const std::string& conninfo, const WorkerId& worker, long long job, const Ending& ending);

}  // namespace slipway::jobs
