#include "daemon/api/dispatch.hpp"

#include <algorithm>

#include "auth/token_text.hpp"
#include "auth/tokens.hpp"
#include "daemon/api/errors.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

bool starts_with_bearer(std::string_view value) {
  constexpr std::string_view scheme = "bearer ";
  return value.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), value.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

http::Response not_allowed(const std::string& allow) {
  http::Response response =
      http::problem(405, "this path does not take that method", "It takes " + allow + ".");
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace

std::string_view bearer_token(const http::Request& request) {
  std::string_view value = request.header("authorization");
  if (!starts_with_bearer(value)) return {};
  value.remove_prefix(std::string_view("bearer ").size());
  return auth::looks_like_token(value) ? value : std::string_view();
}

http::Admission Dispatch::admit(const http::Request& head) {
  const Match found = match(routes(), head.method, head.path);
  if (found.allow.empty()) return {http::problem(404, "there is nothing at this path"), 0};
  if (!found.route) return {not_allowed(found.allow), 0};
  if (found.route->role && bearer_token(head).empty()) return {unauthorized(), 0};
  return {std::nullopt, found.route->body_bytes};
}

http::Response Dispatch::handle(const http::Request& request) {
  const Match found = match(routes(), request.method, request.path);
  if (!found.route) return http::problem(404, "there is nothing at this path");
  Result<http::Response> served = serve(found, request);
  if (served) return std::move(served).value();
  return problem_of(served.error(), !found.arguments.empty());
}

Result<http::Response> Dispatch::serve(const Match& found, const http::Request& request) {
  const Route& route = *found.route;
  Call call{app_, request, nullptr, {}, found.arguments};
  if (route.needs == Needs::nothing) return route.serve(call);
  Sessions::Loan loan = TRY(app_.sessions.borrow());
  call.session = &*loan;
  if (route.role) {
    const std::optional<auth::Caller> caller = TRY(auth::recognise(*loan, bearer_token(request)));
    if (!caller) return unauthorized();
    if (!auth::holds(caller->role, *route.role)) return forbidden(name(*route.role));
    call.caller = *caller;
  }
  return route.serve(call);
}

}  // namespace slipway::api
