// When a snapshot was begun, by its id.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace slipway::swap {

// Nothing for what is no id.
std::optional<WallTime> time_of_snapshot(std::string_view id);

}  // namespace slipway::swap
