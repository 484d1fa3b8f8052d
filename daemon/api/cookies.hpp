// The cookies that signing in uses. The prefix `__Host-` makes browsers take them only from this very host.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "daemon/http/message.hpp"

namespace slipway::api {

inline constexpr std::string_view session_cookie = "__Host-slipway";
inline constexpr std::string_view csrf_cookie = "__Host-slipway-csrf";  // the one that a page may read
inline constexpr std::string_view sign_in_cookie = "__Host-slipway-sign-in";

// Empty where it is missing, or comes twice: then somebody else may have set one of them.
std::string cookie(const http::Request& request, std::string_view name);

void set_cookie(http::Response& response, std::string_view name, std::string_view value, Seconds life);
void clear_cookie(http::Response& response, std::string_view name);

}  // namespace slipway::api
