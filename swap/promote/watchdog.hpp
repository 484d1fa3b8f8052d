// The watchdog of a promotion: a process of its own that ends what its promoter leaves unended.
#pragma once

#include "swap/promote/promote.hpp"

namespace slipway::swap {

// Starts it for this process; returns once it watches.
Result<ProcessId> start_watchdog(const Context& context);
// The body of the process: until the promoter has ended well, or has died, or sits on an expired lease.
Done watch(const Context& context, const ProcessId& promoter, int ready_fd);

}  // namespace slipway::swap
