// Whatever two commands hold still and let go.
#pragma once

#include <memory>

#include "base/config/target.hpp"
#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

std::unique_ptr<Quiescer> command_quiescer(const Seams& seams, const config::CommandQuiesce& step,
                                           const std::string& target, const Path& folder);

}  // namespace slipway::swap
