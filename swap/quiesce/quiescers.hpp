// What is held still for the switch of a target, in the order of the pauses.
#pragma once

#include <memory>
#include <vector>

#include "swap/engine.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

// The managed front door first, where there is one; then the steps of `quiesce:`. Every process that reads
// the same config gives them the same names, and no two the same.
std::vector<std::unique_ptr<Quiescer>> quiescers_of(const Context& context);

}  // namespace slipway::swap
