// The OS user that a home belongs to, and becoming it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.hpp"

namespace slipway::swap {

struct User {
  std::string name;
  std::string folder;
  uid_t uid = 0;
  gid_t gid = 0;
};

Result<User> user_with_id(uid_t uid);
// The user that a fresh home made by root goes to: `slipway`, made as a system user if there is none.
Result<User> service_user();
// From root to that user, for good; nothing to do for that user itself. Before any thread starts.
Done become(const User& user);

}  // namespace slipway::swap
