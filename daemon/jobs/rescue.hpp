// Jobs whose worker is gone are marked interrupted at once: nothing stays "running" that nobody runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "daemon/jobs/worker_id.hpp"

namespace slipway::jobs {

// Workers beat every second; whoever has been silent for this long is taken for dead, wherever it is.
inline constexpr Seconds heartbeat_expiry{120};

// Why that job is interrupted; nothing if it is not.
std::optional<std::string> verdict(Life life, Millis silent);

// The numbers of the jobs that it marked.
Result<std::vector<long long>> rescue(pg::Session& session);

// A job that was interrupted is ordered again, by whoever had ordered it, and goes on with what it had built:
// the last one of its target, within a day, three times in a row at most. The numbers of the new jobs.
Result<std::vector<long long>> order_again(pg::Session& session, const std::string& home);

}  // namespace slipway::jobs
