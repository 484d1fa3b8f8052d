// From a request to the route that answers it: found, allowed, authenticated, authorised, served; in that
// order.
#pragma once

#include "daemon/api/route.hpp"
#include "daemon/http/server.hpp"

namespace slipway::api {

class Dispatch : public http::Handler {
 public:
  explicit Dispatch(App app) : app_(std::move(app)) {}
  http::Admission admit(const http::Request& head) override;
  http::Response handle(const http::Request& request) override;

 private:
  Result<http::Response> serve(const Match& found, const http::Request& request);

  App app_;
};

}  // namespace slipway::api
