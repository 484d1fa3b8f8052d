// `swap` in a process of its own, which neither a crash nor a restart of this one can take along.
#pragma once

#include <string>
#include <vector>

#include "daemon/jobs/ingest_job.hpp"

namespace slipway::jobs {

struct SwapRun {
  std::string json;  // the line of its output that is a JSON object
  int exit_code = 1;
};

// `words` are the command and its own arguments, --json among them. An error where it printed no JSON.
Result<SwapRun> swap_in_child(const IngestContext& context, const std::string& actor,
                              const std::string& target, std::vector<std::string> words);
// The receipt of a promotion or rollback that could not even be begun.
std::string unbegun_receipt(const std::string& target, const std::string& snapshot,
                            const std::string& reason);

}  // namespace slipway::jobs
