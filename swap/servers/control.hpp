// The managed control database: its conninfo, started if it is not running.
#pragma once

#include <string>

#include "swap/home.hpp"
#include "swap/servers/cluster.hpp"

namespace slipway::swap {

// The conninfo of the control database, whose managed server is running when this returns.
Result<std::string> start_control(const Seams& seams, const Home& home);

Cluster control_cluster(const Home& home);

}  // namespace slipway::swap
