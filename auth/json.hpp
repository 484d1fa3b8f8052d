// How tokens and entries of the allow-list are written as JSON, by commands and by the API.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "auth/allow_list.hpp"
#include "auth/tokens.hpp"

namespace slipway::auth {

nlohmann::ordered_json json_of(const Token& token);
nlohmann::ordered_json json_of(const Allowed& entry);

}  // namespace slipway::auth
