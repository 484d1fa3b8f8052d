#include "daemon/api/credentials.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "auth/sign_ins.hpp"
#include "auth/token_text.hpp"
#include "auth/tokens.hpp"
#include "auth/web_sessions.hpp"
#include "base/config/config.hpp"
#include "daemon/api/cookies.hpp"
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

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

http::Response refusal(std::string_view why) {
  return http::problem(403, why,
                       "Send the change from a page of this site, with its CSRF token: `csrf` of GET "
                       "/api/me, as the header X-CSRF-Token.");
}

}  // namespace

std::string_view bearer_token(const http::Request& request) {
  std::string_view value = request.header("authorization");
  if (!starts_with_bearer(value)) return {};
  value.remove_prefix(std::string_view("bearer ").size());
  return auth::looks_like_token(value) ? value : std::string_view();
}

bool has_credentials(const http::Request& request) {
  if (!request.header("authorization").empty()) return !bearer_token(request).empty();
  return auth::looks_like_cookie_secret(cookie(request, session_cookie));
}

Result<std::optional<Identity>> identify(pg::Session& session, const config::Config& config,
                                         const http::Request& request) {
  const bool by_token = !request.header("authorization").empty();
  const std::string secret = by_token ? std::string() : cookie(request, session_cookie);
  std::optional<auth::Caller> caller = by_token
                                           ? TRY(auth::recognise(session, config.auth, bearer_token(request)))
                                           : TRY(auth::find_web_session(session, config.auth, secret));
  if (!caller) return std::optional<Identity>();
  Identity identity{std::move(*caller), by_token ? std::string() : auth::csrf_token(secret)};
  return std::optional<Identity>(std::move(identity));
}

std::optional<http::Response> refuse_other_sites(const http::Request& request, const std::string& csrf,
                                                 const std::string& origin) {
  const std::string_view from = request.header("origin");
  if (!from.empty() && from != origin) return refusal("a page of another site asked for this change");
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none")
    return refusal("a page of another site asked for this change");
  if (!equal(request.header("x-csrf-token"), csrf)) return refusal("the CSRF token is missing or wrong");
  return std::nullopt;
}

}  // namespace slipway::api
