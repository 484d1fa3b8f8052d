// The commands of `slipway`, one file each. Each answers with its exit code, or with the error that ends it.
#pragma once

#include "daemon/commands/command_line.hpp"

namespace slipway::commands {

Result<int> serve(const CommandLine& line);
Result<int> up(const CommandLine& line);
Result<int> down(const CommandLine& line);
Result<int> ingest(const CommandLine& line);
Result<int> dry_run(const CommandLine& line);
Result<int> list_jobs(const CommandLine& line);
Result<int> show_job(const CommandLine& line);
Result<int> cancel_job(const CommandLine& line);
Result<int> retry_job(const CommandLine& line);
Result<int> create_token(const CommandLine& line);
Result<int> revoke_token(const CommandLine& line);
Result<int> list_tokens(const CommandLine& line);
Result<int> allow_person(const CommandLine& line);
Result<int> disallow_person(const CommandLine& line);
Result<int> list_allowed(const CommandLine& line);
Result<int> url(const CommandLine& line);

// All of `slipway`: what main returns.
int run(int argc, const char* const* argv);

}  // namespace slipway::commands
