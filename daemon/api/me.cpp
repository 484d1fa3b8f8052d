// GET /api/me: who asks, as the service sees it.
#include <nlohmann/json.hpp>

#include "daemon/api/handlers.hpp"

namespace slipway::api {

Result<http::Response> me(Call& call) {
  const auth::Caller& who = call.caller;
  const bool person = !who.orcid.empty();
  const auto text = [](const std::string& one) {
    return one.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(one);
  };
  nlohmann::ordered_json body{{"id", person ? who.orcid : fmt::format("token {}", who.token)},
                              {"orcid", text(who.orcid)},
                              {"name", text(who.name)},
                              {"email", nullptr},  // ORCID does not say
                              {"is_admin", who.role == auth::Role::admin},
                              {"role", name(who.role)},
                              {"actor", who.actor}};
  if (!call.csrf.empty()) body["csrf"] = call.csrf;
  http::Response response;
  response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

}  // namespace slipway::api
