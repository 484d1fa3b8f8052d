// The JSON body of a small order: an object with known members, each of the expected type.
#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "daemon/http/message.hpp"

namespace slipway::api {

// Kind::usage for anything but a JSON object with no other members.
Result<nlohmann::json> json_body(const http::Request& request,
                                 std::initializer_list<std::string_view> members);
// Kind::usage where it is missing or no text.
Result<std::string> text_member(const nlohmann::json& body, std::string_view name);

}  // namespace slipway::api
