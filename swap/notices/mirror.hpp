// Brings the control database's history, its audit and its notices up to what lies with the targets.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "migrations/notices.hpp"
#include "swap/engine.hpp"

namespace slipway::swap {

// One receipt, in one transaction. What is known already changes nothing; what began longer ago than
// notices::too_old is history, and told to nobody. One that needs an operator is told however old it is.
Done enter_receipt(pg::Session& control, const nlohmann::json& receipt,
                   const std::vector<notices::Receiver>& receivers, const std::string& origin, WallTime now);

class Mirror {
 public:
  // Everything that has ended at that target and is not known yet, oldest first. A promotion whose promoter
  // is still at work waits for the next time.
  Done catch_up(pg::Session& control, const Context& context,
                const std::vector<notices::Receiver>& receivers);

 private:
  std::map<std::string, std::string> seen_;  // by target: the journal's epoch and state, all of it mirrored
};

// Notices for the jobs that have ended.
Done enter_jobs(pg::Session& control, const std::vector<notices::Receiver>& receivers);

}  // namespace slipway::swap
