// What a promotion would do, without doing any of it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

// The names of the steps, in their order, where something was live before or not.
std::vector<std::string> promotion_steps(bool something_is_live);

// The shape of `swap plan --json`. Kind::refused where there is no such snapshot.
Result<nlohmann::json> preview(const Context& context, const Order& order);
bool may_go_on(const nlohmann::json& plan);

}  // namespace slipway::swap
