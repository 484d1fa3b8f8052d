// The public keys of an OpenID provider, from its JWKS.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

struct evp_pkey_st;

namespace slipway::auth {

using PublicKey = std::shared_ptr<evp_pkey_st>;
using Keys = std::map<std::string, PublicKey, std::less<>>;  // by kid

// Those that can verify RS256: RSA of 2048 to 8192 bits, with a kid, for signatures; many providers name no
// `alg`. Others are left out; an error if none is left.
Result<Keys> parse_keys(std::string_view jwks);

// Whether that is the key's RSASSA-PKCS1-v1_5 signature with SHA-256 of the text.
bool verifies(const PublicKey& key, std::string_view text, std::string_view signature);

}  // namespace slipway::auth
