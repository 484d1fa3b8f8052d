// The passwords of a target's two roles: made once, kept in passfiles of mode 0600, given to the pooler as
// SCRAM verifiers only.
#pragma once

#include <string>

#include "base/seams.hpp"
#include "swap/names.hpp"

namespace slipway::swap {

// The password in the role's passfile, which is made for that door (host and port) if there is none.
Result<std::string> ensure_password(const Seams& seams, const HomeNames& home, const std::string& role,
                                    int port);
// "SCRAM-SHA-256$4096:salt$StoredKey:ServerKey"
std::string scram_verifier(const std::string& password, const std::string& salt);

}  // namespace slipway::swap
