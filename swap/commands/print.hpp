// The same views for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

std::string status_text(const nlohmann::json& status);
std::string list_text(const nlohmann::json& list);
std::string plan_text(const nlohmann::json& plan);
std::string history_text(const nlohmann::json& history);
std::string receipt_text(const Receipt& receipt);
// The next useful command after that outcome.
std::string next_command(const Receipt& receipt);

}  // namespace slipway::swap
