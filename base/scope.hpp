// Scopes of systemd: a process in one of its own is not stopped with the unit or the session of whoever
// started it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.hpp"

namespace slipway {

// Who can make a scope for us.
enum class ScopeMaker {
  nobody,          // no systemd, or none that would listen to us: a session of its own has to do
  system_manager,  // we are root
  user_manager,    // the user's own
  keeper,          // a process of ours that stayed root (scope_keeper.hpp)
};

// What decides it.
struct ScopeSigns {
  bool systemd_runs = false;
  bool keeper_listens = false;
  uid_t uid = 0;
  std::string own_cgroup;          // as /proc/self/cgroup says
  bool user_manager_runs = false;  // it has a bus
  bool lingers = false;            // it runs also while nobody is logged in
};

// From a login session the user manager's scopes are only better where it lingers: they end with it, and
// without lingering it ends at logout, which the session's own processes survive.
ScopeMaker who_makes_scopes(const ScopeSigns& signs);
ScopeSigns scope_signs();

// Moves that process, which is one of this user, into a scope of its own. Nothing to do where nobody makes
// scopes. The scope is called after the program.
Done move_into_own_scope(pid_t pid, const std::string& program);
// The same by a manager that is known: this user's, or the system's for root.
Done make_scope(pid_t pid, const std::string& name, bool of_user);

}  // namespace slipway
