// Root drops to the user of a home for good, and systemd makes scopes only for root: so a process stays
// behind as root that moves that user's processes into scopes when it is asked to, and can do nothing else.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.hpp"
#include "base/process.hpp"

namespace slipway {

// Before root is dropped and before any thread starts. It ends with this process. Nothing to do where systemd
// does not run.
Done keep_making_scopes_for(uid_t uid);
bool scope_keeper_listens();
// Sends the wish and returns. The name is one of lower-case letters, digits and `_`.
Done ask_scope_keeper(pid_t pid, const std::string& name);
// For a child that starts servers within our unit; not for the watchdog, which has left it, and would make
// the keeper outlive us.
void let_reach_scope_keeper(Command& command);

}  // namespace slipway
