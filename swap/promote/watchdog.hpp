// The watchdog of a promotion: a process of its own that ends what its promoter leaves unended.
#pragma once

#include "swap/promote/promote.hpp"

namespace slipway::swap {

struct Watched {
  ProcessId promoter;
  long long epoch = 0;
};

// Starts it for this process and the epoch that is about to begin; returns once it watches.
Result<ProcessId> start_watchdog(const Context& context, long long epoch);
// The body of the process: until the promoter has ended well, or has died, or sits on an expired lease.
Result<bool> watch(const Context& context, const Watched& watched, int ready_fd);

}  // namespace slipway::swap
