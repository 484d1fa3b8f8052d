// POST /auth/exchange: a script that holds an id_token gets an API token for an hour.
#include <nlohmann/json.hpp>

#include "auth/allow_list.hpp"
#include "auth/json.hpp"
#include "auth/openid.hpp"
#include "auth/web_sessions.hpp"
#include "base/config/config.hpp"
#include "base/log.hpp"
#include "daemon/api/body.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/refused_sign_in.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

constexpr Seconds exchanged_life{3600};

http::Response refusal(const Error& error) {
  if (error.kind() == Kind::failed) {
    log::error("an id_token could not be looked at: {}", error.summary());
    http::Response response = http::problem(503, "the sign-in service cannot be asked",
                                            "Try again in a moment; API tokens go on working.");
    response.headers.emplace_back("Retry-After", "10");
    return response;
  }
  http::Response response = http::problem(401, error.what(), error.next_step());
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"slipway\"");
  return response;
}

}  // namespace

Result<http::Response> exchange(Call& call) {
  if (!call.app.openid)
    return http::problem(404, "nobody can sign in here", "Set `auth: {orcid: …}` in slipway.yaml.");
  const std::string id_token = TRY(text_member(TRY(json_body(call.request, {"id_token"})), "id_token"));
  const auto person = call.app.openid->believe(id_token);
  if (!person) {
    TRY(record_refusal(*call.session, "somebody", call.request.remote, person.error().summary()));
    return refusal(person.error());
  }
  const auto role = TRY(auth::role_of(*call.session, call.app.config.auth, person->orcid));
  if (!role) {
    TRY(record_refusal(*call.session, auth::actor_of(*person), call.request.remote, "not on the allow-list"));
    return http::problem(403, fmt::format("{} is not on the allow-list", person->orcid),
                         fmt::format("Ask an admin: slipway allow add {} --role ingest", person->orcid));
  }
  const auth::Caller maker{auth::actor_of(*person), *role, person->orcid, person->name, 0};
  TRY(auth::forget_exchanged(*call.session));
  const auth::Created made =
      TRY(auth::create_token(*call.session, auth::NewToken{"id_token exchange", *role, exchanged_life, true},
                             maker, call.request.remote));
  auto body = json_of(made.token);
  body["token"] = made.text;
  http::Response response;
  response.status = 201;
  response.body = body.dump();
  return response;
}

}  // namespace slipway::api
