// The front door that Slipway runs itself, as something to hold still.
#pragma once

#include <memory>

#include "swap/quiesce/quiescer.hpp"
#include "swap/servers/pooler.hpp"

namespace slipway::swap {

std::unique_ptr<Quiescer> managed_pooler_quiescer(const Seams& seams, const Pooler& pooler);

}  // namespace slipway::swap
