// Which snapshots may go, and why each one stays. Pure: it looks at nothing but its arguments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config/target.hpp"
#include "swap/engine.hpp"

namespace slipway::swap {

struct Verdict {
  std::string id;
  std::string why;
};

struct Retention {
  std::vector<Verdict> removed, kept;  // oldest first
};

// Snapshots as snapshots_of() gives them: oldest first.
Retention plan_retention(const config::Keep& keep, const std::vector<Snapshot>& snapshots,
                         const Journal& journal, const std::string& live, std::int64_t now_ms,
                         const Disk& disk);

}  // namespace slipway::swap
