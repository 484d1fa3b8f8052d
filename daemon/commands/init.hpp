// `slipway init [DIR]`: a starter portal that works at once.
#pragma once

#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::commands {

// Writes the starter's files into that folder, which is made if needed. It refuses to overwrite any of them,
// and writes none of them then.
Done init_portal(const Path& folder);

}  // namespace slipway::commands
