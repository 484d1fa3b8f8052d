#include "auth/id_token.hpp"

#include <nlohmann/json.hpp>

#include "auth/base64url.hpp"
#include "auth/strict_json.hpp"
#include "base/orcid.hpp"

namespace slipway::auth {
namespace {

using nlohmann::json;

constexpr std::size_t longest_token_bytes = 16 << 10;
constexpr std::size_t longest_kid_bytes = 200;
constexpr std::size_t longest_name_bytes = 100;
constexpr std::int64_t skew_s = 60;
constexpr std::int64_t latest_time_s = 1LL << 40;

Error refused(std::string why) {
  return error(Kind::refused, "the id_token cannot be believed: {}", why).next("Sign in again.");
}

// Members that would let a token choose how it is looked at, or with which key.
constexpr const char* not_for_us[] = {"crit", "b64", "jwk",      "jku", "x5c",
                                      "x5u",  "x5t", "x5t#S256", "zip", "enc"};

Result<std::string> kid_of(const json& header) {
  const auto algorithm = header.find("alg");
  if (algorithm == header.end() || !algorithm->is_string() || *algorithm != "RS256")
    return refused("it is not signed with RS256");
  for (const char* name : not_for_us)
    if (header.contains(name)) return refused(fmt::format("its header has a member `{}`", name));
  if (const auto type = header.find("typ"); type != header.end() && *type != "JWT")
    return refused("it is another type of token");
  const auto kid = header.find("kid");
  if (kid == header.end() || !kid->is_string() || kid->get_ref<const std::string&>().empty() ||
      kid->get_ref<const std::string&>().size() > longest_kid_bytes)
    return refused("it does not name its key");
  return kid->get<std::string>();
}

bool is_text(const json& claims, const char* name, const std::string& expected) {
  const auto found = claims.find(name);
  return found != claims.end() && found->is_string() && found->get_ref<const std::string&>() == expected;
}

// Whole seconds; nothing for anything else.
std::optional<std::int64_t> time_of(const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(latest_time_s))
    return std::nullopt;
  const auto time_s = found->get<std::int64_t>();
  return time_s > 0 && time_s <= latest_time_s ? std::optional(time_s) : std::nullopt;
}

Done check_times(const json& claims, std::int64_t now_s) {
  const auto expires = time_of(claims, "exp"), issued = time_of(claims, "iat");
  if (!expires || !issued) return refused("`exp` or `iat` is missing or no time");
  if (*expires + skew_s <= now_s) return refused("it has expired");
  if (*issued - skew_s > now_s) return refused("it was issued in the future");
  if (!claims.contains("nbf")) return {};
  const auto begins = time_of(claims, "nbf");
  if (!begins) return refused("`nbf` is no time");
  if (*begins - skew_s > now_s) return refused("it is not valid yet");
  return {};
}

// One audience, ourselves: a token that others may use as well is not one of ours.
bool is_for_us(const json& claims, const std::string& client_id) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  const bool alone = audience->is_array() && audience->size() == 1;
  return (alone ? (*audience)[0] : *audience) == json(client_id) &&
         (!claims.contains("azp") || is_text(claims, "azp", client_id));
}

// What is shown and logged: one line, not longer than a name is.
std::string clean(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  if (out.size() <= longest_name_bytes) return out;
  std::size_t end = longest_name_bytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;
  return out.substr(0, end);
}

std::string name_of(const json& claims) {
  const auto text = [&](const char* name) {
    const auto found = claims.find(name);
    return found != claims.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (const std::string whole = text("name"); !whole.empty()) return clean(whole);
  const std::string given = text("given_name"), family = text("family_name");
  return clean(given.empty() || family.empty() ? given + family : given + " " + family);
}

}  // namespace

Result<IdToken> parse_id_token(std::string_view text) {
  if (text.size() > longest_token_bytes) return refused("it is too long");
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return refused("it does not have three parts");
  const auto header = from_base64url(text.substr(0, first));
  const auto claims = from_base64url(text.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(text.substr(second + 1));
  if (!header || !claims || !signature) return refused("its parts are not base64url");
  const auto members = strict_object(*header);
  if (!members) return refused("its header is no JSON object");
  std::string kid = TRY(kid_of(*members));
  return IdToken{std::move(kid), std::string(text.substr(0, second)), *signature, *claims};
}

Result<Person> verify_id_token(const IdToken& token, const PublicKey& key, const Expected& expected) {
  if (!verifies(key, token.signed_part, token.signature)) return refused("its signature is wrong");
  const auto claims = strict_object(token.claims);
  if (!claims) return refused("its claims are no JSON object");
  if (!is_text(*claims, "iss", expected.issuer)) return refused("another issuer made it");
  if (!is_for_us(*claims, expected.client_id)) return refused("it was made for another client");
  TRY(check_times(*claims, expected.now_s));
  if (expected.nonce && !is_text(*claims, "nonce", *expected.nonce))
    return refused("it belongs to another sign-in");
  const auto subject = claims->find("sub");
  if (subject == claims->end() || !subject->is_string() || !is_orcid(subject->get_ref<const std::string&>()))
    return refused("its subject is no ORCID iD");
  return Person{subject->get<std::string>(), name_of(*claims)};
}

}  // namespace slipway::auth
