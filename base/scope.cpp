// Asking systemd for scopes, by its own busctl.
// Not by systemd-run, which would stand between us and the program: a process is moved before it executes, so
// that its pid is known from the start, and a program that cannot be executed is told from one that can.
#include "base/scope.hpp"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/process.hpp"
#include "base/scope_keeper.hpp"

namespace slipway {
namespace {

constexpr Millis call_limit{10'000};
constexpr int move_tries = 1000;
constexpr Millis nap{5};

std::string cgroup_of(const std::string& process) {
  Result<std::string> text = real_files().read("/proc/" + process + "/cgroup", 65536);
  return text ? *text : std::string();
}

std::string plain(const std::string& program) {
  std::string name = Path(program).filename().string().substr(0, 24);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9'); }, '_');
  return name;
}

std::string scope_name(pid_t pid, const std::string& name) {
  const Result<std::optional<ProcessId>> process = find_process(pid);
  return fmt::format("slipway-{}-{}-{}.scope", name, pid, process && *process ? (*process)->start_ticks : 0);
}

Command start_scope(const std::string& scope, pid_t pid, bool of_user) {
  Command command;
  command.argv = {"busctl", "--quiet", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                  "org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))", scope, "fail",
                  // its properties: two of them
                  "2", "PIDs", "au", "1", std::to_string(pid), "CollectMode", "s", "inactive-or-failed",
                  // further units: none
                  "0"};
  if (of_user) {
    command.argv.insert(command.argv.begin() + 1, "--user");
    command.environment = {fmt::format("XDG_RUNTIME_DIR=/run/user/{}", ::geteuid())};
  }
  command.limit = call_limit;
  return command;
}

// systemd answers before it has moved the process.
Done wait_until_in(const std::string& scope, pid_t pid) {
  for (int i = 0; i < move_tries; ++i) {
    if (cgroup_of(std::to_string(pid)).find("/" + scope) != std::string::npos) return {};
    std::this_thread::sleep_for(nap);
  }
  return fail("process {} did not get into the scope {}", pid, scope);
}

}  // namespace

ScopeMaker who_makes_scopes(const ScopeSigns& signs) {
  if (!signs.systemd_runs) return ScopeMaker::nobody;
  if (signs.keeper_listens) return ScopeMaker::keeper;
  if (signs.uid == 0) return ScopeMaker::system_manager;
  const bool under_it =
      signs.own_cgroup.find(fmt::format("/user@{}.service/", signs.uid)) != std::string::npos;
  return signs.user_manager_runs && (under_it || signs.lingers) ? ScopeMaker::user_manager
                                                                : ScopeMaker::nobody;
}

ScopeSigns scope_signs() {
  Files& files = real_files();
  const uid_t uid = ::geteuid();
  const char* const user = std::getenv("USER");
  ScopeSigns signs;
  signs.systemd_runs = files.exists("/run/systemd/system");
  signs.keeper_listens = scope_keeper_listens();
  signs.uid = uid;
  signs.own_cgroup = cgroup_of("self");
  signs.user_manager_runs = files.exists(fmt::format("/run/user/{}/bus", uid));
  signs.lingers = user && *user && files.exists(Path("/var/lib/systemd/linger") / user);
  return signs;
}

Done make_scope(pid_t pid, const std::string& name, bool of_user) {
  const std::string scope = scope_name(pid, name);
  TRY(run_checked(real_processes(), start_scope(scope, pid, of_user)));
  return wait_until_in(scope, pid);
}

Done move_into_own_scope(pid_t pid, const std::string& program) {
  const std::string name = plain(program);
  switch (who_makes_scopes(scope_signs())) {
    case ScopeMaker::nobody:
      return {};
    case ScopeMaker::keeper:
      TRY(ask_scope_keeper(pid, name));
      return wait_until_in(scope_name(pid, name), pid);
    case ScopeMaker::system_manager:
      return make_scope(pid, name, false);
    case ScopeMaker::user_manager:
      return make_scope(pid, name, true);
  }
  return {};
}

}  // namespace slipway
