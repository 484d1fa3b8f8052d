// The allow-list over the API.
#include <nlohmann/json.hpp>

#include "auth/allow_list.hpp"
#include "auth/json.hpp"
#include "base/config/config.hpp"
#include "daemon/api/body.hpp"
#include "daemon/api/handlers.hpp"

namespace slipway::api {

Result<http::Response> list_allowed(Call& call) {
  auto list = nlohmann::ordered_json::array();
  for (const auth::Allowed& entry : TRY(auth::list_allowed(*call.session, call.app.config.auth)))
    list.push_back(json_of(entry));
  http::Response response;
  response.body = nlohmann::ordered_json{{"allowed", std::move(list)}}.dump();
  return response;
}

Result<http::Response> allow_person(Call& call) {
  const nlohmann::json body = TRY(json_body(call.request, {"orcid", "role"}));
  const std::string orcid = TRY(text_member(body, "orcid"));
  const auto role = auth::parse_role(TRY(text_member(body, "role")));
  if (!role) return error(Kind::usage, "`role` must be {}", role_names);
  const auth::Allowed entry =
      TRY(auth::allow(*call.session, call.app.config.auth, orcid, *role, call.caller, call.request.remote));
  http::Response response;
  response.body = json_of(entry).dump();
  return response;
}

Result<http::Response> disallow_person(Call& call) {
  const auth::Allowed entry = TRY(auth::disallow(*call.session, call.app.config.auth, call.arguments.at(0),
                                                 call.caller, call.request.remote));
  http::Response response;
  response.body = json_of(entry).dump();
  return response;
}

}  // namespace slipway::api
