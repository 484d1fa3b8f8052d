// API tokens over the API: one's own, and for admins everybody's.
#include "auth/tokens.hpp"

#include <nlohmann/json.hpp>

#include "auth/json.hpp"
#include "daemon/api/body.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/job_answers.hpp"

namespace slipway::api {
namespace {

Result<auth::NewToken> wanted_token(const http::Request& request) {
  const nlohmann::json body = TRY(json_body(request, {"name", "role", "days"}));
  auth::NewToken wanted;
  wanted.name = TRY(text_member(body, "name"));
  const auto role = auth::parse_role(TRY(text_member(body, "role")));
  if (!role) return error(Kind::usage, "`role` must be {}", role_names);
  wanted.role = *role;
  const auto days = body.find("days");
  if (days == body.end() || days->is_null()) return wanted;
  if (!days->is_number_integer()) return error(Kind::usage, "`days` must be a whole number");
  // A number that is too large for its type would come out as a small one.
  const bool huge = days->is_number_unsigned() && days->get<std::uint64_t>() > 1'000'000;
  wanted.life = TRY(auth::life_of(huge ? 1'000'000 : days->get<long long>()));
  return wanted;
}

}  // namespace

Result<http::Response> list_tokens(Call& call) {
  auto list = nlohmann::ordered_json::array();
  for (const auth::Token& token : TRY(auth::tokens_of(*call.session, call.caller)))
    list.push_back(json_of(token));
  http::Response response;
  response.body = nlohmann::ordered_json{{"tokens", std::move(list)}}.dump();
  return response;
}

Result<http::Response> create_token(Call& call) {
  const auth::NewToken wanted = TRY(wanted_token(call.request));
  const auth::Created made = TRY(auth::create_token(*call.session, wanted, call.caller, call.request.remote));
  auto body = json_of(made.token);
  body["token"] = made.text;
  http::Response response;
  response.status = 201;
  response.body = body.dump();
  return response;
}

Result<http::Response> revoke_token(Call& call) {
  const auto id = path_number(call);
  if (!id) return error(Kind::usage, "there is no such token").next("GET /api/tokens lists them.");
  const auth::Token token = TRY(auth::revoke_token(*call.session, *id, call.caller, call.request.remote));
  http::Response response;
  response.body = json_of(token).dump();
  return response;
}

}  // namespace slipway::api
