// In which order tables are filled that read each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace slipway::ingest {

// Each after those that it reads, else as given. Kind::usage where they read each other in a circle, which it
// names.
Result<std::vector<std::string>> order_of(const std::vector<std::string>& tables,
                                          const std::map<std::string, std::set<std::string>>& reads);

}  // namespace slipway::ingest
