// The parameters of paths and queries, each described once.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace slipway::api {

// As OpenAPI describes a parameter of that name; null for one that nobody has described.
nlohmann::ordered_json path_parameter(std::string_view name);
nlohmann::ordered_json query_parameter(std::string_view name);

}  // namespace slipway::api
