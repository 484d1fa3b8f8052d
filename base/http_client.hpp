// Outgoing HTTP, by libcurl.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace slipway::http {

struct Response {
  int status = 0;
  std::string body;  // at most the first 64 KiB
};

// Any status is a response; an error means that there was none. Redirects are not followed.
Result<Response> get(const std::string& url, Millis limit);

}  // namespace slipway::http
