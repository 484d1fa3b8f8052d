// How a client reaches a managed target.
#pragma once

#include <string>

#include "base/config/target.hpp"
#include "swap/home.hpp"

namespace slipway::swap {

// A URI that names the passfile and no password.
Result<std::string> front_url(const Home& home, const config::Target& target, bool read_only);

}  // namespace slipway::swap
