// A promotion in a process of its own: `swap promote`, which neither a crash nor a restart of this one can
// take along.
#pragma once

#include <string>

#include "daemon/jobs/ingest_job.hpp"

namespace slipway::jobs {

struct Promotion {
  std::string receipt;  // JSON
  int exit_code = 1;
};

// Every outcome is a receipt, also that the child could not be started.
Promotion promote_in_child(const IngestContext& context, const std::string& actor, const std::string& target,
                           const std::string& snapshot);

}  // namespace slipway::jobs
