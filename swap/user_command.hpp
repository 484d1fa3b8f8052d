// Commands that a config names: where they run, and what they find in their environment.
#pragma once

#include <string>
#include <vector>

#include "base/seams.hpp"

namespace slipway::swap {

struct UserCommand {
  std::vector<std::string> argv;
  Path folder;                         // what relative paths start from
  std::vector<std::string> variables;  // "SLIPWAY_TARGET=portal"
  Millis limit{60'000};                // then TERM, and KILL three seconds later, to its whole group
};

// Whatever process of ours runs it (a shell's, the daemon's, a watchdog's), it finds the same: PATH, HOME,
// USER, LANG=C.UTF-8 and its variables; secrets in our own environment are not handed on. An error unless it
// ends with status 0 within its limit. Its output otherwise.
Result<std::string> run_user_command(const Seams& seams, const UserCommand& command);
// Whether there is such a program; an error that says what is missing.
Done find_user_command(const UserCommand& command);

}  // namespace slipway::swap
