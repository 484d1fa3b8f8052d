// ETag and If-None-Match: who polls is told that nothing has changed, and gets no body.
#pragma once

#include "daemon/http/message.hpp"

namespace slipway::api {

// Names what a GET answers by its content; a 304 where the request has that name already.
http::Response tagged(const http::Request& request, http::Response response);

}  // namespace slipway::api
