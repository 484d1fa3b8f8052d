// What systemctl says of units, as values.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"

namespace slipway::swap {

struct Unit {
  std::string name;
  std::string load;       // loaded, not-found, masked
  std::string active;     // active, activating, deactivating, inactive, failed
  std::string triggered;  // the sockets, timers and paths that can start it

  bool runs() const { return active == "active" || active == "activating" || active == "reloading"; }
  bool is_gone() const { return active == "inactive" || active == "failed"; }
};

// From the output of `systemctl show --property=LoadState,ActiveState,TriggeredBy NAMES`: a block for each,
// in their order.
Result<std::vector<Unit>> units_from(const std::string& output, const std::vector<std::string>& names);

}  // namespace slipway::swap
