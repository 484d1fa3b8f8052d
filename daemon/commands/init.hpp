// `slipway init [DIR]`: a starter portal that works at once.
#pragma once

#include <vector>

#include "base/files.hpp"
#include "daemon/commands/starter.hpp"

namespace slipway::commands {

// Writes them into that folder; refuses where any is there, as init_portal.
Done write_portal(const Path& folder, const std::vector<StarterFile>& files);

// Writes the starter's files into that folder, which is made if needed. It refuses to overwrite any of them,
// and writes none of them then.
Done init_portal(const Path& folder);

}  // namespace slipway::commands
