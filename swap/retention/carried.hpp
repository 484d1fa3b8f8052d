// What live's logs of carried tables need not keep.
#pragma once

#include "base/config/config.hpp"
#include "swap/engine.hpp"

namespace slipway::swap {

// For the daemon's tick: of every target that carries tables. Promotions may be under way: they find the same
// keys before and after.
Done shorten_all_logs(const Seams& seams, const config::Config& config, const Home& home);

}  // namespace slipway::swap
