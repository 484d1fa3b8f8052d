// Calling our own `swap` again, as a child: with the config as we read it, since its file may be out of this
// user's reach, and with the home that we are in.
#pragma once

#include <string>
#include <vector>

#include "swap/engine.hpp"

namespace slipway::swap {

// `words` are the command and its own arguments.
Result<Command> own_command(const Context& context, const std::vector<std::string>& words);

}  // namespace slipway::swap
