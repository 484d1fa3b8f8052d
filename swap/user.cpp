#include "swap/user.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "base/process.hpp"

namespace slipway::swap {
namespace {

constexpr const char* service_name = "slipway";

User from(const passwd& entry) {
  return {entry.pw_name, entry.pw_dir, entry.pw_uid, entry.pw_gid};
}

Done make_service_user() {
  Command command;
  command.argv = {"useradd",          "--system", "--user-group",      "--no-create-home", "--home-dir",
                  "/var/lib/slipway", "--shell",  "/usr/sbin/nologin", service_name};
  Result<std::string> made = run_checked(real_processes(), command);
  if (made || ::getpwnam(service_name)) return {};  // somebody else may have made it meanwhile
  return fail("cannot make the system user {}", service_name)
      .because(std::move(made).error())
      .next("Make it yourself: useradd --system --user-group slipway");
}

}  // namespace

Result<User> user_with_id(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  if (entry) return from(*entry);
  return fail("there is no user with the number {}", uid)
      .next("PostgreSQL needs its user to have a name: add it to /etc/passwd.");
}

Result<User> service_user() {
  if (const passwd* entry = ::getpwnam(service_name)) return from(*entry);
  TRY(make_service_user());
  const passwd* entry = ::getpwnam(service_name);
  if (!entry) return fail("the system user {} was made, but cannot be found", service_name);
  return from(*entry);
}

Done become(const User& user) {
  if (::geteuid() == user.uid) return {};
  if (::initgroups(user.name.c_str(), user.gid) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
      ::setresuid(user.uid, user.uid, user.uid) != 0)
    return errno_error(fmt::format("cannot become user {}", user.name));
  // Dropping root hides /proc/self from the process itself; its own watchdog has to find it there.
  ::prctl(PR_SET_DUMPABLE, 1);
  ::setenv("HOME", user.folder.c_str(), 1);
  ::setenv("USER", user.name.c_str(), 1);
  ::setenv("LOGNAME", user.name.c_str(), 1);
  return {};
}

}  // namespace slipway::swap
