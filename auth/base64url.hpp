// base64url without padding, as tokens are written (RFC 4648, 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::auth {

std::string base64url(std::string_view bytes);
// Nothing for any text that base64url() could not have made: one value has one spelling.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace slipway::auth
