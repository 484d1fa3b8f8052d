// The keeper's two ends. It is only asked: whoever asks sees by itself whether the process was moved.
#include "base/scope_keeper.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/scope.hpp"

namespace slipway {
namespace {

constexpr const char* variable = "SLIPWAY_SCOPES_FD";

struct Question {
  pid_t pid = 0;
  std::array<char, 32> name{};  // with its end
};

// This process's end; -1 where there is no keeper. Children have it only by let_reach_scope_keeper().
// First asked for before any thread starts, by keep_making_scopes_for().
int& keeper_fd() {
  static int fd = [] {
    const char* inherited = std::getenv(variable);
    const int found = inherited ? std::atoi(inherited) : -1;
    ::unsetenv(variable);  // not for children that are not given the descriptor
    return found;
  }();
  return fd;
}

bool belongs_to(pid_t pid, uid_t uid) {
  struct stat about {};
  return ::stat(fmt::format("/proc/{}", pid).c_str(), &about) == 0 && about.st_uid == uid;
}

bool is_plain(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

Done answer_to(const Question& question, uid_t uid) {
  const std::string name(question.name.data(), ::strnlen(question.name.data(), question.name.size()));
  if (question.pid <= 1 || !is_plain(name)) return fail("the question is not one of ours");
  if (!belongs_to(question.pid, uid)) return fail("process {} is not of user {}", question.pid, uid);
  return make_scope(question.pid, name, false);
}

// Until nobody holds the other end. What ends the command's group or unit must not end us before the command.
[[noreturn]] void keep(int fd, uid_t uid) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(signal, SIG_IGN);
  Question question;
  while (::recv(fd, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question)) {
    const Done done = answer_to(question, uid);
    if (!done) log::warning("no scope for process {}: {}", question.pid, done.error().summary());
  }
  ::_exit(0);
}

}  // namespace

Done keep_making_scopes_for(uid_t uid) {
  if (keeper_fd() >= 0 || ::geteuid() != 0 || !real_files().exists("/run/systemd/system")) return {};
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errno_error("cannot make a pair of sockets");
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    ::close(ends[0]);
    keep(ends[1], uid);
  }
  const int code = errno;
  ::close(ends[1]);
  if (keeper < 0) {
    ::close(ends[0]);
    return errno_error("cannot start the process that makes scopes", code);
  }
  keeper_fd() = ends[0];
  return {};
}

bool scope_keeper_listens() {
  return keeper_fd() >= 0;
}

void let_reach_scope_keeper(Command& command) {
  if (keeper_fd() < 0) return;
  command.environment.push_back(fmt::format("{}={}", variable, keeper_fd()));
  command.keep_fds.push_back(keeper_fd());
}

Done ask_scope_keeper(pid_t pid, const std::string& name) {
  Question question;
  question.pid = pid;
  name.copy(question.name.data(), question.name.size() - 1);
  if (::send(keeper_fd(), &question, sizeof question, MSG_NOSIGNAL) < 0)
    return errno_error("cannot reach the process that makes scopes");
  return {};
}

}  // namespace slipway
