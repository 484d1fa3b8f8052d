// Everything managed of a home, up, down, and kept up.
#pragma once

#include "swap/home.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::swap {

// The control database, and of each volume target what is live and its front door.
Done servers_up(const Seams& seams, const config::Config& config, const Home& home);
// Everything, builds included. Busy while `slipway serve` or a promotion holds the home or a target.
Done servers_down(const Seams& seams, const config::Config& config, const Home& home);
// Starts again what should run and does not. For the daemon's tick.
Done supervise_once(const Seams& seams, const config::Config& config, const Home& home);

}  // namespace slipway::swap
