// `notify`: who is told how promotions and jobs end.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_notify(const Scope& scope, const Value& list, Config& config);
Value show_notify(const Config& config);

}  // namespace slipway::config
