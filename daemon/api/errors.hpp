// How the API says that something did not work.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "daemon/http/message.hpp"

namespace slipway::api {

// By its kind. A usage error about what the path names is a 404, any other a 422.
http::Response problem_of(const Error& error, bool path_names_something);

http::Response unauthorized();
http::Response forbidden(std::string_view needed_role);

}  // namespace slipway::api
