// An id_token: taken apart, verified, and read. RS256 only, and no key but the provider's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/keys.hpp"
#include "base/error.hpp"

namespace slipway::auth {

struct Person {
  std::string orcid;
  std::string name;  // as the provider says it; without control characters; may be empty
};

// The parts of a token that has the form of one; nothing in it is believed yet.
struct IdToken {
  std::string kid;
  std::string signed_part;
  std::string signature;
  std::string claims;  // JSON
};

struct Expected {
  std::string issuer;
  std::string client_id;
  std::optional<std::string> nonce;  // where we began the sign-in
  std::int64_t now_s = 0;
};

// Errors are Kind::refused and quote nothing of the token but its `alg`.
Result<IdToken> parse_id_token(std::string_view text);
// Signature first, then issuer, audience, times and nonce, and that its subject is an iD.
Result<Person> verify_id_token(const IdToken& token, const PublicKey& key, const Expected& expected);

}  // namespace slipway::auth
