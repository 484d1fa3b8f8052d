// A service that holds itself still when it is asked to by HTTP, and lets go when it is asked again.
#pragma once

#include <memory>

#include "base/config/target.hpp"
#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

std::unique_ptr<Quiescer> http_quiescer(const Seams& seams, const config::HttpQuiesce& step);

}  // namespace slipway::swap
