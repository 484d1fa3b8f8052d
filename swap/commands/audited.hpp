// A command that changes something beside a promotion: the audit has it, however it ends.
#pragma once

#include <functional>
#include <string>

#include "swap/notices/changes.hpp"

namespace slipway::swap {

// What was done, as a JSON object; empty: there was nothing to do.
using Work = std::function<Result<std::string>()>;

// The exit code. The work itself prints what it has done.
int audited(const Context& context, Change change, const Work& work);

}  // namespace slipway::swap
