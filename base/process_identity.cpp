// Knowing a process again, by its pid and its start time, and acting on that very one.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/process.hpp"

namespace slipway {
namespace {

using Steady = std::chrono::steady_clock;

// Field 3 (state) and field 22 (start time) of /proc/PID/stat; the name in field 2 may hold anything.
struct Stat {
  char state = 'X';
  std::uint64_t start_ticks = 0;
};

bool says_gone(int code) {
  return code == ENOENT || code == ESRCH;
}

// Empty where there is no such process. It may end between the two calls, which the second one says.
Result<std::string> stat_text(pid_t pid) {
  const std::string path = fmt::format("/proc/{}/stat", pid);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && says_gone(errno)) return std::string();
  if (file < 0) return errno_error("cannot open " + path);
  char buffer[4096];
  const ssize_t got = ::read(file, buffer, sizeof buffer);
  const int code = errno;
  ::close(file);
  if (got < 0 && says_gone(code)) return std::string();
  if (got < 0) return errno_error("cannot read " + path, code);
  return std::string(buffer, static_cast<std::size_t>(got));
}

Result<std::optional<Stat>> stat_of(pid_t pid) {
  const std::string text = TRY(stat_text(pid));
  if (text.empty()) return std::optional<Stat>();
  const Error unknown = fail("/proc/{}/stat reads like nothing that is known: {}", pid, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text.size()) return unknown;
  Stat stat;
  stat.state = text[name_end + 2];
  std::size_t position = name_end + 2;
  for (int field = 3; field < 22; ++field) {
    position = text.find(' ', position);
    if (position == std::string::npos) return unknown;
    ++position;
  }
  std::from_chars(text.data() + position, text.data() + text.size(), stat.start_ticks);
  return std::optional<Stat>(stat);
}

// A process that ended meanwhile works nowhere, and of another user's we see nothing.
Result<bool> says_nowhere(int code, const std::string& link) {
  if (says_gone(code) || code == EACCES) return false;
  return errno_error("cannot look at " + link, code);
}

}  // namespace

Result<std::optional<ProcessId>> find_process(pid_t pid) {
  if (pid <= 0) return std::optional<ProcessId>();
  const std::optional<Stat> stat = TRY(stat_of(pid));
  if (!stat || stat->state == 'Z' || stat->state == 'X') return std::optional<ProcessId>();
  return std::optional<ProcessId>(ProcessId{pid, stat->start_ticks});
}

// Its start time is read once: a later call may find no descriptor left to read it with.
ProcessId this_process() {
  static std::mutex mutex;
  static ProcessId self;
  const std::lock_guard lock(mutex);
  if (self.pid == ::getpid()) return self;
  const Result<std::optional<ProcessId>> found = find_process(::getpid());
  if (!found || !*found) return {::getpid(), 0};
  return self = **found;
}

bool alive(const ProcessId& process) {
  const Result<std::optional<ProcessId>> found = find_process(process.pid);
  return !found || *found == process;
}

Done send_signal(const ProcessId& process, int signal) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0u));
  if (fd < 0 && errno == ESRCH) return {};
  if (fd < 0) return errno_error(fmt::format("cannot open process {}", process.pid));
  // The descriptor pins this very process; so its start time can be compared without a race.
  const Result<std::optional<ProcessId>> found = find_process(process.pid);
  const bool same = found && *found == process;
  const long sent = same ? ::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0u) : 0;
  const int code = errno;
  ::close(fd);
  if (!found)
    return fail("cannot tell whether process {} is still the one that was meant", process.pid)
        .because(found.error());
  if (sent != 0 && code != ESRCH)
    return errno_error(fmt::format("cannot send signal {} to process {}", signal, process.pid), code);
  return {};
}

bool wait_for_end(const ProcessId& process, Millis limit) {
  const auto deadline = Steady::now() + limit;
  while (alive(process)) {
    if (Steady::now() >= deadline) return false;
    std::this_thread::sleep_for(Millis(5));
  }
  return true;
}

Result<bool> works_in(pid_t pid, const Path& folder) {
  // The folder itself rather than its path, which reads differently from within a unit's own mounts.
  struct stat wanted {
  }, here{};
  if (::stat(folder.c_str(), &wanted) != 0) return says_nowhere(errno, folder.string());
  const std::string link = fmt::format("/proc/{}/cwd", pid);
  if (::stat(link.c_str(), &here) != 0) return says_nowhere(errno, link);
  return here.st_dev == wanted.st_dev && here.st_ino == wanted.st_ino;
}

Result<std::vector<ProcessId>> processes_in(const Path& folder) {
  std::vector<ProcessId> found;
  for (const std::string& name : TRY(real_files().list("/proc"))) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::atoi(name.c_str());
    if (!TRY(works_in(pid, folder))) continue;
    if (const std::optional<ProcessId> process = TRY(find_process(pid))) found.push_back(*process);
  }
  return found;
}

std::string boot_id() {
  Result<std::string> text = real_files().read("/proc/sys/kernel/random/boot_id", 256);
  if (!text) return "unknown";
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *text;
}

}  // namespace slipway
