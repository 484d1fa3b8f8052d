// Hashes and random bytes, by OpenSSL.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway {

std::string sha256(std::string_view bytes);  // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations);
std::string random_bytes(std::size_t count);  // from the kernel; ends the program if there are none

std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
inline std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

// A random UUID, version 4.
std::string new_uuid();

}  // namespace slipway
