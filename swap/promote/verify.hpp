// Is the snapshot that clients get the one that was promoted, and does it answer as the target's probes want?
#pragma once

#include "swap/promote/promote.hpp"
#include "swap/volume/manifest_table.hpp"

namespace slipway::swap {

struct Verification {
  bool reached = false;  // somebody answered at the front door
  bool ok = false;
  std::vector<ProbeResult> probes;
};

// Straight to a snapshot's own server: its identity and the target's SQL probes, before anybody is held.
Verification verify_candidate(const Context& context, const Volume& volume, const Identity& expected);
// Through the unpaused alias, while the others are held.
Done probe_alias_leads_to(const Context& context, const Identity& expected);
// As a client would, until everything holds or verify_timeout; a server that dies meanwhile is started again.
Verification verify_through_front_door(const Context& context, const Volume& volume,
                                       const Identity& expected);

}  // namespace slipway::swap
