// `checks` of a pipeline.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_checks(const Scope& scope, const Value& list, Pipeline& pipeline);
Value show_checks(const Pipeline& pipeline);

}  // namespace slipway::config
