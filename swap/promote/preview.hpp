// What a promotion would do, without doing any of it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

// The shape of `swap plan --json`. Kind::refused where there is no such snapshot.
Result<nlohmann::json> preview(const Context& context, const Order& order);
bool may_go_on(const nlohmann::json& plan);
// Kind::refused, naming the guardrails that fail.
Done refuse_failing(const nlohmann::json& plan);

}  // namespace slipway::swap
