// Receipts on disk: one file a promotion, beside the journal.
#pragma once

#include <vector>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

Receipt receipt_of(const Attempt& attempt, const std::string& target, Outcome outcome);
Done keep_receipt(Files& files, const TargetNames& names, const Receipt& receipt);
// The texts of those that were kept, newest first.
Result<std::vector<nlohmann::json>> kept_receipts(Files& files, const TargetNames& names);

}  // namespace slipway::swap
