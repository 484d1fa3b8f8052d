#include "auth/token_text.hpp"

#include "auth/base64url.hpp"
#include "base/digest.hpp"

namespace slipway::auth {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_characters = 43;  // 32 bytes in base64url

}  // namespace

std::string new_token_text() {
  return std::string(token_prefix) + base64url(random_bytes(secret_bytes));
}

bool looks_like_token(std::string_view text) {
  return text.size() == token_prefix.size() + secret_characters && text.starts_with(token_prefix) &&
         text.find_first_not_of(alphabet, token_prefix.size()) == std::string_view::npos;
}

}  // namespace slipway::auth
