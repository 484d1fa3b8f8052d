// Which snapshots may go, and why each one stays. Pure: it looks at nothing but its arguments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {

struct Verdict {
  std::string id;
  std::string why;
};

struct Retention {
  std::vector<Verdict> removed, kept;  // oldest first
};

struct Disk {
  std::uint64_t total_bytes = 0;
  std::uint64_t free_bytes = 0;
};

// Snapshots as Volume::snapshots() gives them: oldest first.
Retention plan_retention(const config::Keep& keep, const std::vector<Snapshot>& snapshots,
                         const Journal& journal, const std::string& live, std::int64_t now_ms,
                         const Disk& disk);

}  // namespace slipway::swap
