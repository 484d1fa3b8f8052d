// What single settings cannot see: names that must exist elsewhere in the file, ports that must differ.
#pragma once

#include "base/config/config.hpp"
#include "base/config/mistakes.hpp"

namespace slipway::config {

void check_consistency(const Config& config, Mistakes& mistakes);

}  // namespace slipway::config
