// What a promotion will need, looked at before the hours of building that come first: a typo in `quiesce` is
// found at the desk of whoever made it.
#pragma once

#include <vector>

#include "swap/engine.hpp"

namespace slipway::swap {

// Everything that would keep a promotion from working as things are now; nothing is held or changed.
std::vector<Error> look_ahead(const Context& context, Engine& engine);

}  // namespace slipway::swap
