// What `slipway ingest` and its --dry-run have in common.
#pragma once

#include "daemon/commands/command_line.hpp"
#include "daemon/jobs/ingest_job.hpp"

namespace slipway::commands {

// What was asked for, held against the config.
Result<jobs::IngestOrder> order_of(const CommandLine& line, const config::Config& config);

}  // namespace slipway::commands
