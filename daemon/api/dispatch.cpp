#include "daemon/api/dispatch.hpp"

#include "base/config/config.hpp"
#include "daemon/api/credentials.hpp"
#include "daemon/api/errors.hpp"
#include "daemon/api/etag.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD";
}

http::Response not_allowed(const std::string& allow) {
  http::Response response =
      http::problem(405, "this path does not take that method", "It takes " + allow + ".");
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace

http::Admission Dispatch::admit(const http::Request& head) {
  const Match found = match(routes(), head.method, head.path);
  if (found.allow.empty()) return {http::problem(404, "there is nothing at this path"), 0};
  if (!found.route) return {not_allowed(found.allow), 0};
  if (found.route->asks_who(head) && !has_credentials(head)) return {unauthorized(), 0};
  return {std::nullopt, found.route->body_bytes};
}

http::Response Dispatch::handle(const http::Request& request) {
  const Match found = match(routes(), request.method, request.path);
  if (!found.route) return http::problem(404, "there is nothing at this path");
  Result<http::Response> served = serve(found, request);
  if (served) return tagged(request, std::move(served).value());
  return problem_of(served.error(), !found.arguments.empty());
}

Result<http::Response> Dispatch::serve(const Match& found, const http::Request& request) {
  const Route& route = *found.route;
  Call call{app_, request, nullptr, {}, {}, found.arguments};
  if (route.needs == Needs::nothing) return route.serve(call);
  Sessions::Loan loan = TRY(app_.sessions.borrow());
  call.session = &*loan;
  if (route.asks_who(request)) {
    std::optional<Identity> who = TRY(identify(*loan, app_.config, request));
    if (!who) return unauthorized();
    if (!who->csrf.empty() && changes_something(request))
      if (auto refusal = refuse_other_sites(request, who->csrf, app_.config.public_origin()))
        return std::move(*refusal);
    if (!auth::holds(who->caller.role, *route.role)) return forbidden(name(*route.role));
    call.caller = std::move(who->caller);
    call.csrf = std::move(who->csrf);
  }
  if (auto limited = too_often(call)) return std::move(*limited);
  return route.serve(call);
}

// Whoever changes something, and whoever signs in, does so at a human's pace or a script's, not a flood's.
std::optional<http::Response> Dispatch::too_often(const Call& call) {
  const std::string& method = call.request.method;
  const bool reads = method == "GET" || method == "HEAD";
  const bool signs_in = !call.request.path.empty() && call.request.path.front() == "auth";
  if (reads && !signs_in) return std::nullopt;
  const std::string& who = call.caller.actor.empty() ? call.request.remote : call.caller.actor;
  const std::optional<int> seconds = changes_.take(who);
  if (!seconds) return std::nullopt;
  http::Response slower =
      http::problem(429, "too many changes in too short a time", fmt::format("Try again in {} s.", *seconds));
  slower.headers.emplace_back("Retry-After", std::to_string(*seconds));
  return slower;
}

}  // namespace slipway::api
