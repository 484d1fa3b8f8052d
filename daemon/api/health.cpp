// Is it alive, and can it work?
#include "daemon/api/handlers.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {

Result<http::Response> livez(Call&) {
  http::Response response;
  response.body = R"({"alive":true})";
  return response;
}

// That there is a session says that the control database answers, once it has answered this.
Result<http::Response> readyz(Call& call) {
  TRY(call.session->query("select 1"));
  if (!call.app.worker_healthy())
    return http::problem(503, "the worker cannot look for jobs", "The log says why.");
  http::Response response;
  response.body = R"({"ready":true})";
  return response;
}

}  // namespace slipway::api
