#include "daemon/api/errors.hpp"

#include "base/log.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

// What failed inside is for the log: outside it would tell strangers about the house.
http::Response hidden(const Error& error) {
  log::error("a request has failed: {}", error.summary());
  if (!pg::lost_connection(error.sqlstate()))
    return http::problem(500, "something went wrong here; the log says what");
  http::Response away =
      http::problem(503, "the control database cannot be reached", "Try again in a moment.");
  away.headers.emplace_back("Retry-After", "5");
  return away;
}

}  // namespace

http::Response problem_of(const Error& error, bool path_names_something) {
  switch (error.kind()) {
    case Kind::usage:
      return http::problem(path_names_something ? 404 : 422, error.summary(), error.next_step());
    case Kind::refused:
    case Kind::busy:
      return http::problem(409, error.summary(), error.next_step());
    case Kind::failed:
    case Kind::rolled_back:
    case Kind::needs_operator:
    case Kind::cancelled:
      break;
  }
  return hidden(error);
}

http::Response unauthorized() {
  http::Response response =
      http::problem(401, "this needs a valid token, or somebody who has signed in",
                    "Send `Authorization: Bearer TOKEN` (`slipway token create` makes one), or sign in at "
                    "/auth/login.");
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"slipway\"");
  return response;
}

http::Response forbidden(std::string_view needed_role) {
  return http::problem(403, fmt::format("this needs the role {}", needed_role),
                       "Ask an admin for that role, or for a token that has it.");
}

}  // namespace slipway::api
