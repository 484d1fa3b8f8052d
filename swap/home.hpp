// The home folder: where everything managed lies, whose it is, and becoming that user.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/seams.hpp"
#include "swap/names.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::swap {

struct Home {
  Path path;         // absolute
  Path run;          // the short folder of its sockets
  std::string user;  // the OS user that owns it
  uid_t uid = 0;
  gid_t gid = 0;
  std::string config_text;  // the config as it was read: its file may be out of this user's reach
  Path config_folder;       // what its relative paths start from

  HomeNames names() const { return {path, run}; }
};

// The lock that starting, stopping and adopting servers takes; waits for its holder.
Result<FileLock> lock_home(const Home& home);

enum class Missing { make, refuse };

// Finds (or makes) the home of this config and becomes the user that owns it; from root by dropping to it for
// good. Kind::usage with the sudo line for anybody else. Call it once, before any thread starts.
Result<Home> enter_home(const Seams& seams, const config::Config& config, Missing missing);

}  // namespace slipway::swap
