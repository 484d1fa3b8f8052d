// JSON from strangers: whole, and without a member that comes twice (of two, each reader would believe
// another).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace slipway::auth {

// Nothing unless it is one well-formed object.
std::optional<nlohmann::json> strict_object(std::string_view text);

}  // namespace slipway::auth
