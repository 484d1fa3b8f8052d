// Where a program is that was asked for by its name.
#pragma once

#include <string>

namespace slipway {

// Where it would be started from: found in PATH, or the name itself where it is a path already. Empty:
// nowhere.
std::string program_path(const std::string& name);

}  // namespace slipway
