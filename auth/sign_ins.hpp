// Sign-ins that have begun and not yet ended. Each is used once, within ten minutes, by the browser that
// began it.
#pragma once

#include <optional>
#include <string>

#include "auth/openid.hpp"
#include "base/pg/session.hpp"

namespace slipway::auth {

struct Pending {
  std::string nonce, verifier, return_to;
};

// A secret for a cookie: 256 bits, 43 characters.
std::string new_cookie_secret();
bool looks_like_cookie_secret(std::string_view text);

// Kind::busy where too many have been begun already.
Done begin_sign_in(pg::Session& session, const Secrets& secrets, const std::string& browser,
                   const std::string& return_to, const std::string& remote);
// Nothing for one that is unknown, used, expired or another browser's.
Result<std::optional<Pending>> take_sign_in(pg::Session& session, const std::string& state,
                                            const std::string& browser);

}  // namespace slipway::auth
