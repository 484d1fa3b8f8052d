// Knowing a process again, by its pid and its start time, and acting on that very one.
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
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

std::optional<Stat> stat_of(pid_t pid) {
  const Result<std::string> text = real_files().read(fmt::format("/proc/{}/stat", pid), 65536);
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text->size()) return std::nullopt;
  Stat stat;
  stat.state = (*text)[name_end + 2];
  std::size_t position = name_end + 2;
  for (int field = 3; field < 22; ++field) {
    position = text->find(' ', position);
    if (position == std::string::npos) return std::nullopt;
    ++position;
  }
  std::from_chars(text->data() + position, text->data() + text->size(), stat.start_ticks);
  return stat;
}

}  // namespace

std::optional<ProcessId> find_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const std::optional<Stat> stat = stat_of(pid);
  if (!stat || stat->state == 'Z' || stat->state == 'X') return std::nullopt;
  return ProcessId{pid, stat->start_ticks};
}

ProcessId this_process() {
  return find_process(::getpid()).value_or(ProcessId{::getpid(), 0});
}

bool alive(const ProcessId& process) {
  const std::optional<ProcessId> found = find_process(process.pid);
  return found && *found == process;
}

Done send_signal(const ProcessId& process, int signal) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0u));
  if (fd < 0 && errno == ESRCH) return {};
  if (fd < 0) return errno_error(fmt::format("cannot open process {}", process.pid));
  // The descriptor pins this very process; so its start time can be compared without a race.
  const bool same = alive(process);
  const long sent = same ? ::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0u) : 0;
  const int code = errno;
  ::close(fd);
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

std::vector<ProcessId> processes_in(const Path& folder) {
  struct stat wanted {};
  std::vector<ProcessId> found;
  if (::stat(folder.c_str(), &wanted) != 0) return found;
  const Result<std::vector<std::string>> names = real_files().list("/proc");
  if (!names) return found;
  for (const std::string& name : *names) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    // The folder itself rather than its path, which reads differently from within a unit's own mounts.
    struct stat here {};
    if (::stat(("/proc/" + name + "/cwd").c_str(), &here) != 0) continue;
    if (here.st_dev != wanted.st_dev || here.st_ino != wanted.st_ino) continue;
    if (const std::optional<ProcessId> process = find_process(std::atoi(name.c_str())))
      found.push_back(*process);
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
