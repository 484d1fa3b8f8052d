// The text of an API token; nothing here touches a database.
#pragma once

#include <string>
#include <string_view>

namespace slipway::auth {

inline constexpr std::string_view token_prefix = "slip_";

// The prefix and 256 random bits in base64url.
std::string new_token_text();
// Has the shape of a token: whatever has not is refused before anything is hashed or looked up.
bool looks_like_token(std::string_view text);

}  // namespace slipway::auth
