// What `swap status` and `swap list` show, as data; shared with the API.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

std::string_view mode_name(config::Mode mode);
Result<nlohmann::json> status_view(const Context& context);
// Who is not told as `notify` says; null where the control database cannot be asked.
nlohmann::json untold_view(const Context& context);
Result<nlohmann::json> list_view(const Context& context);
Result<nlohmann::json> history_view(const Context& context);

}  // namespace slipway::swap
