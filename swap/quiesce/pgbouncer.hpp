// A PgBouncer of somebody else's: one or more of its databases, all or none.
#pragma once

#include <memory>

#include "base/config/target.hpp"
#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

// Holds `database` where the step names none. `hold_limit` is the target's deadline: what could cut a client
// off before that is warned of.
std::unique_ptr<Quiescer> pgbouncer_quiescer(const Seams& seams, const config::PgBouncerQuiesce& step,
                                             const std::string& database, Millis hold_limit);

}  // namespace slipway::swap
