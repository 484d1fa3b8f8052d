// Signing in by the browser: /auth/login sends it to the provider, /auth/callback takes it back, /auth/logout
// ends the session.
#include "auth/allow_list.hpp"
#include "auth/openid.hpp"
#include "auth/sign_ins.hpp"
#include "auth/web_sessions.hpp"
#include "base/config/config.hpp"
#include "base/log.hpp"
#include "daemon/api/cookies.hpp"
#include "daemon/api/credentials.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/pages.hpp"
#include "daemon/api/refused_sign_in.hpp"

namespace slipway::api {
namespace {

constexpr Seconds sign_in_limit{600};
constexpr std::size_t longest_return_bytes = 1000;

http::Response not_set_up() {
  return page(404, "Nobody can sign in here",
              {"This Slipway has no `auth: {orcid: …}` in its slipway.yaml."});
}

// The provider is away, or we are set up wrongly: the log says more than strangers need to know.
http::Response provider_trouble(const Error& error) {
  log::error("a sign-in has failed: {}", error.summary());
  http::Response response = page(503, "Signing in does not work right now",
                                 {"The sign-in service cannot be reached or does not answer as it should.",
                                  "Try again in a moment. API tokens go on working meanwhile."});
  response.headers.emplace_back("Retry-After", "10");
  return response;
}

// A path of our own and nothing that a browser would take for another host.
bool is_local(std::string_view path) {
  if (path.size() > longest_return_bytes || !path.starts_with('/') || path.starts_with("//")) return false;
  for (const char c : path)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '\\')
      return false;
  return true;
}

http::Response redirect(std::string to) {
  http::Response response;
  response.status = 302;
  response.content_type = "text/plain";
  response.headers.emplace_back("Location", std::move(to));
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

std::string parameter(const http::Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string() : found->second;
}

http::Response stale() {
  return page(400, "This sign-in is over",
              {"It was begun in another browser, has been used, or took longer than ten minutes."});
}

http::Response not_allowed_page(const auth::Person& person) {
  return page(
      403, "You are signed in, but not on the list",
      {fmt::format("{} is not on this Slipway's allow-list, so there is nothing that you may do here.",
                   auth::actor_of(person)),
       fmt::format("Ask an admin to add you: slipway allow add {} --role ingest", person.orcid)});
}

http::Response explain(const Error& error) {
  if (error.kind() == Kind::failed) return provider_trouble(error);
  const int status = error.kind() == Kind::usage ? 400 : 401;
  http::Response response = page(status, "You could not be signed in", {error.what() + "."});
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"slipway\"");
  return response;
}

Result<http::Response> welcome(Call& call, const auth::Person& person, auth::Role role,
                               const std::string& return_to) {
  const std::string before = cookie(call.request, session_cookie);
  pg::Transaction transaction = TRY(pg::Transaction::begin(*call.session));
  const std::string secret =
      TRY(auth::open_web_session(*call.session, person, role, call.request.remote, before));
  TRY(transaction.commit());
  http::Response response = redirect(return_to);
  set_cookie(response, session_cookie, secret, auth::longest_session);
  set_cookie(response, csrf_cookie, auth::csrf_token(secret), auth::longest_session);
  clear_cookie(response, sign_in_cookie);
  return response;
}

// With what the provider sent along, for a sign-in of this browser's.
Result<http::Response> finish(Call& call, const auth::Pending& pending) {
  const std::string remote = call.request.remote;
  if (const std::string refusal = parameter(call.request, "error"); !refusal.empty()) {
    TRY(record_refusal(*call.session, "somebody", remote, "the provider refused"));
    return page(refusal == "access_denied" ? 403 : 400, "You were not signed in",
                {"The sign-in service did not let you through, or you said no there."});
  }
  const std::string issuer = parameter(call.request, "iss");
  if (!issuer.empty() && issuer != call.app.openid->issuer()) {
    TRY(record_refusal(*call.session, "somebody", remote, "another provider's answer"));
    return page(400, "You could not be signed in", {"The answer is that of another sign-in service."});
  }
  const auto person =
      call.app.openid->redeem(parameter(call.request, "code"), pending.verifier, pending.nonce);
  if (!person) {
    TRY(record_refusal(*call.session, "somebody", remote, person.error().summary()));
    return explain(person.error());
  }
  const auto role = TRY(auth::role_of(*call.session, call.app.config.auth, person->orcid));
  if (role) return welcome(call, *person, *role, pending.return_to);
  TRY(record_refusal(*call.session, auth::actor_of(*person), remote, "not on the allow-list"));
  return not_allowed_page(*person);
}

}  // namespace

Result<http::Response> login(Call& call) {
  if (!call.app.openid) return not_set_up();
  const std::string wanted = parameter(call.request, "return");
  if (!wanted.empty() && !is_local(wanted))
    return page(400, "That is not a page of this site",
                {"`return` must be a path that begins with one `/`."});
  const auth::Secrets secrets = auth::new_secrets();
  const auto where = call.app.openid->authorization_url(secrets);
  if (!where) return provider_trouble(where.error());
  std::string browser = cookie(call.request, sign_in_cookie);
  if (!auth::looks_like_cookie_secret(browser)) browser = auth::new_cookie_secret();
  const Done begun = auth::begin_sign_in(*call.session, secrets, browser, wanted.empty() ? "/docs" : wanted,
                                         call.request.remote);
  if (!begun && begun.error().kind() == Kind::busy) {
    http::Response response = page(429, "Too many people are signing in", {begun.error().next_step()});
    response.headers.emplace_back("Retry-After", "600");
    return response;
  }
  TRY(begun);
  http::Response response = redirect(*where);
  set_cookie(response, sign_in_cookie, browser, sign_in_limit);
  return response;
}

Result<http::Response> callback(Call& call) {
  if (!call.app.openid) return not_set_up();
  const auto pending = TRY(auth::take_sign_in(*call.session, parameter(call.request, "state"),
                                              cookie(call.request, sign_in_cookie)));
  if (!pending) return stale();
  return finish(call, *pending);
}

Result<http::Response> logout(Call& call) {
  const std::string secret = cookie(call.request, session_cookie);
  const bool known = auth::looks_like_cookie_secret(secret);
  if (known)
    if (auto refusal =
            refuse_other_sites(call.request, auth::csrf_token(secret), call.app.config.public_origin()))
      return std::move(*refusal);
  if (known) TRY(auth::close_web_session(*call.session, secret, call.request.remote));
  http::Response response;
  response.status = 204;
  for (const std::string_view name : {session_cookie, csrf_cookie, sign_in_cookie})
    clear_cookie(response, name);
  return response;
}

}  // namespace slipway::api
