#include "auth/openid.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "auth/base64url.hpp"
#include "auth/strict_json.hpp"
#include "base/digest.hpp"
#include "base/http_client.hpp"
#include "base/web_address.hpp"

namespace slipway::auth {
namespace {

using nlohmann::json;

constexpr std::size_t secret_bytes = 32;
constexpr int most_asking = 4;
constexpr Millis answer_limit{5'000};
constexpr Millis known_for{3'600'000};  // endpoints and keys
constexpr Millis trouble_for{5'000};    // that long nobody asks again
constexpr Millis refetch_interval{60'000};
constexpr std::size_t longest_code_bytes = 4096;

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error unreachable(const std::string& issuer) {
  return fail("{} cannot be asked", issuer)
      .next("Try again in a moment. API tokens go on working: `slipway token create` makes one.");
}

Result<web::Response> ask(const std::string& issuer, const web::Request& request) {
  Result<web::Response> answer = web::send(request, answer_limit);
  if (!answer) return unreachable(issuer).because(std::move(answer).error());
  if (answer->status >= 500)
    return unreachable(issuer).because(fail("{} answered with status {}", request.url, answer->status));
  return answer;
}

Result<json> get_json(const std::string& issuer, const std::string& url) {
  web::Request request;
  request.url = url;
  request.headers = {"Accept: application/json"};
  request.body_limit_bytes = 256 << 10;
  const web::Response answer = TRY(ask(issuer, request));
  if (!answer.good())
    return unreachable(issuer).because(fail("{} answered with status {}", url, answer.status));
  auto document = strict_object(answer.body);
  if (!document) return unreachable(issuer).because(fail("what {} answered is no JSON object", url));
  return std::move(*document);
}

bool usable(const std::string& url) {
  return web::is_web_address(url) && !web::readable_by_others(url);
}

std::int64_t now_s(Clock& clock) {
  return std::chrono::duration_cast<Seconds>(clock.now().time_since_epoch()).count();
}

// What the token endpoint says instead of an id_token.
Error refusal(const std::string& issuer, const web::Response& answer) {
  const auto document = strict_object(answer.body);
  const std::string code = document ? text(*document, "error") : std::string();
  if (code == "invalid_grant")
    return error(Kind::usage, "this sign-in has been used or has expired").next("Sign in again.");
  return unreachable(issuer).because(fail("its token endpoint answered with status {} ({})", answer.status,
                                          code.size() <= 60 && !code.empty() ? code : "no code"));
}

}  // namespace

// A turn to ask the provider; given back at its end.
class OpenId::Slot {
 public:
  explicit Slot(OpenId& owner) : owner_(&owner) {}
  Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
  Slot& operator=(Slot&&) = delete;
  ~Slot() {
    if (!owner_) return;
    const std::lock_guard lock(owner_->mutex_);
    --owner_->asking_;
  }

  static Result<Slot> take(OpenId& owner) {
    const std::lock_guard lock(owner.mutex_);
    if (owner.asking_ == most_asking)
      return unreachable(owner.issuer()).because(fail("{} others are waiting for it already", most_asking));
    ++owner.asking_;
    return Slot(owner);
  }

 private:
  OpenId* owner_;
};

Secrets new_secrets() {
  return {base64url(random_bytes(secret_bytes)), base64url(random_bytes(secret_bytes)),
          base64url(random_bytes(secret_bytes))};
}

Result<OpenId::Endpoints> OpenId::discover() {
  std::string base = settings_.issuer;
  if (base.ends_with('/')) base.pop_back();
  const json document = TRY(get_json(settings_.issuer, base + "/.well-known/openid-configuration"));
  if (text(document, "issuer") != settings_.issuer)
    return unreachable(settings_.issuer)
        .because(fail("it calls itself by another name; `issuer` must be exact"));
  Endpoints found{text(document, "authorization_endpoint"), text(document, "token_endpoint"),
                  text(document, "jwks_uri"), clock_.steady()};
  for (const std::string* url : {&found.authorization, &found.token, &found.keys})
    if (!usable(*url))
      return unreachable(settings_.issuer).because(fail("one of its endpoints is missing or not https"));
  return found;
}

Result<OpenId::Endpoints> OpenId::endpoints() {
  {
    const std::lock_guard lock(mutex_);
    if (endpoints_ && clock_.steady() - endpoints_->read_at < known_for) return *endpoints_;
    if (trouble_ && clock_.steady() - trouble_at_ < trouble_for) return *trouble_;
  }
  const Slot slot = TRY(Slot::take(*this));
  Result<Endpoints> found = discover();
  const std::lock_guard lock(mutex_);
  if (found) {
    endpoints_ = *found;
    trouble_.reset();
  } else {
    trouble_ = found.error();
    trouble_at_ = clock_.steady();
  }
  return found;
}

Result<Keys> OpenId::fetch_keys() {
  const std::string url = TRY(endpoints()).keys;
  const Slot slot = TRY(Slot::take(*this));
  Result<Keys> keys = parse_keys(TRY(get_json(settings_.issuer, url)).dump());
  if (!keys) return unreachable(settings_.issuer).because(std::move(keys).error());
  const std::lock_guard lock(mutex_);
  keys_ = *keys;
  keys_at_ = clock_.steady();
  return keys;
}

// Anybody can bring a token with a key of a new name: that must not become a request each.
bool OpenId::may_fetch_for_unknown_key() {
  const std::lock_guard lock(mutex_);
  if (refetched_at_ && clock_.steady() - *refetched_at_ < refetch_interval) return false;
  refetched_at_ = clock_.steady();
  return true;
}

Result<PublicKey> OpenId::key(const std::string& kid) {
  bool fresh = false;
  Keys keys;
  {
    const std::lock_guard lock(mutex_);
    fresh = !keys_.empty() && clock_.steady() - keys_at_ < known_for;
    keys = keys_;
  }
  if (!fresh) keys = TRY(fetch_keys());
  auto found = keys.find(kid);
  if (found == keys.end() && fresh && may_fetch_for_unknown_key()) {
    keys = TRY(fetch_keys());
    found = keys.find(kid);
  }
  if (found == keys.end())
    return error(Kind::refused, "the id_token cannot be believed: its key is not one of {}'s",
                 settings_.issuer)
        .next("Sign in again in a minute.");
  return found->second;
}

Result<std::string> OpenId::authorization_url(const Secrets& secrets) {
  const std::string endpoint = TRY(endpoints()).authorization;
  const std::pair<const char*, std::string> parameters[] = {
      {"response_type", "code"},
      {"client_id", settings_.client_id},
      {"scope", "openid"},
      {"redirect_uri", redirect_},
      {"state", secrets.state},
      {"nonce", secrets.nonce},
      {"code_challenge_method", "S256"},
      {"code_challenge", base64url(sha256(secrets.verifier))}};
  std::string url = endpoint;
  char separator = endpoint.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    url += separator + std::string(name) + '=' + web::encoded(value);
    separator = '&';
  }
  return url;
}

Result<Person> OpenId::redeem(const std::string& code, const std::string& verifier,
                              const std::string& nonce) {
  if (code.empty() || code.size() > longest_code_bytes)
    return error(Kind::usage, "the code has no sensible length");
  Result<std::string> secret = settings_.client_secret.read();
  if (!secret) return fail("the client secret cannot be read").because(std::move(secret).error());
  web::Request request;
  request.method = "POST";
  request.url = TRY(endpoints()).token;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.body = fmt::format(
      "grant_type=authorization_code&code={}&redirect_uri={}&client_id={}&client_secret={}&code_verifier={}",
      web::encoded(code), web::encoded(redirect_), web::encoded(settings_.client_id), web::encoded(*secret),
      web::encoded(verifier));
  std::optional<Slot> slot = TRY(Slot::take(*this));
  const web::Response answer = TRY(ask(settings_.issuer, request));
  slot.reset();
  if (!answer.good()) return refusal(settings_.issuer, answer);
  const auto document = strict_object(answer.body);
  const std::string id_token = document ? text(*document, "id_token") : std::string();
  if (id_token.empty()) return error(Kind::refused, "{} answered without an id_token", settings_.issuer);
  return believe(id_token, nonce);
}

Result<Person> OpenId::believe(std::string_view id_token, const std::optional<std::string>& nonce) {
  const IdToken token = TRY(parse_id_token(id_token));
  const PublicKey signer = TRY(key(token.kid));
  const Expected expected{settings_.issuer, settings_.client_id, nonce, now_s(clock_)};
  return verify_id_token(token, signer, expected);
}

}  // namespace slipway::auth
