// The commands of `hooks:`, which a promotion runs before its quiesce, after it is done, and after it failed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config/target.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

// What a hook finds in its environment, besides SLIPWAY_TARGET and SLIPWAY_HOOK (the moment).
struct HookFacts {
  std::string from;     // SLIPWAY_FROM; empty: nothing was live
  std::string to;       // SLIPWAY_TO
  std::string kind;     // SLIPWAY_KIND: promote, rollback or way_back
  std::string actor;    // SLIPWAY_ACTOR
  std::string outcome;  // SLIPWAY_OUTCOME; empty before it is known
  std::string reason;   // SLIPWAY_REASON, where the outcome is not a good one
};

struct HookRun {
  std::string hook;  // "before: ./announce.sh"
  bool ok = false;
  std::string detail;  // the end of what it said, or why it failed
  std::int64_t ms = 0;
};

enum class HookMoment { before, after, failed };

// In order. `before`: up to the first that fails, which aborts the promotion. `after`, `failed`: all of them,
// whatever each says. Each has its own time limit, which ends its whole process group.
std::vector<HookRun> run_hooks(const Seams& seams, const config::Target& target, HookMoment moment,
                               const HookFacts& facts);
// The first that failed, as the error that aborts.
Done all_ok(const std::vector<HookRun>& runs);
// The failures, as lines that warn.
std::vector<std::string> warnings_of(const std::vector<HookRun>& runs);

}  // namespace slipway::swap
