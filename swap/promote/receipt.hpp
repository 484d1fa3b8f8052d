// What a promotion leaves behind, made from its attempt.
#pragma once

#include <vector>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

Receipt receipt_of(const Attempt& attempt, const std::string& target, Outcome outcome);
// Those that were kept, newest first.
Result<std::vector<nlohmann::json>> kept_receipts(Engine& engine);

}  // namespace slipway::swap
