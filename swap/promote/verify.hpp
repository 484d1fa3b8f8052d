// Is the snapshot that clients get the one that was promoted, and does it answer as the target's probes want?
#pragma once

#include "swap/manifest_table.hpp"
#include "swap/promote/promote.hpp"

namespace slipway::swap {

struct Verification {
  bool reached = false;  // somebody answered at the front door
  bool ok = false;
  std::vector<ProbeResult> probes;
};

// Straight to a snapshot: its identity and the target's SQL probes, before anybody is held.
Verification verify_candidate(const Context& context, Engine& engine, const Identity& expected);
// As a client would, until everything holds or verify_timeout; a server that dies meanwhile is started again.
Verification verify_through_front_door(const Context& context, Engine& engine, const Identity& expected);

}  // namespace slipway::swap
