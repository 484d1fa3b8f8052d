// The OpenAPI 3.1 document, made from the table of routes that serves.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "daemon/api/route.hpp"

namespace slipway::api {

nlohmann::ordered_json openapi(std::span<const Route> table);
// "listJobs" for GET /api/jobs and the like; the names in the braces of a path.
std::vector<std::string> path_names(std::string_view path);

}  // namespace slipway::api
