// From a request to the route that answers it: found, allowed, authenticated, authorised, served; in that
// order.
#pragma once

#include "daemon/api/rate_limit.hpp"
#include "daemon/api/route.hpp"
#include "daemon/http/server.hpp"

namespace slipway::api {

class Dispatch : public http::Handler {
 public:
  explicit Dispatch(App app, Rate rate = {}) : app_(std::move(app)), changes_(rate) {}
  http::Admission admit(const http::Request& head) override;
  http::Response handle(const http::Request& request) override;

 private:
  Result<http::Response> serve(const Match& found, const http::Request& request);

  std::optional<http::Response> too_often(const Call& call);

  App app_;
  RateLimit changes_;
};

}  // namespace slipway::api
