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

}  // namespace slipway::jobs
