#include "base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include "base/broken_pipe.hpp"
#include "base/log.hpp"
#include "base/program_path.hpp"
#include "base/scope.hpp"

namespace slipway {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kept_output_bytes = 64 << 10;
constexpr Millis grace{3000};

// Everything the child needs, made before fork: between fork and exec nothing may allocate.
struct Prepared {
  std::string program;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::vector<std::string> environment_text;
  std::string folder;
};

Result<Prepared> prepare(const Command& command) {
  Prepared ready;
  ready.program = program_path(command.argv.at(0));
  if (ready.program.empty())
    return fail("cannot find the program {}", command.argv[0]).next("Install it, or add its folder to PATH.");
  for (const std::string& argument : command.argv) ready.argv.push_back(const_cast<char*>(argument.c_str()));
  ready.argv.push_back(nullptr);
  if (command.inherit_environment) {
    for (char** variable = environ; *variable; ++variable) ready.environment_text.emplace_back(*variable);
  } else if (const char* path = std::getenv("PATH")) {
    ready.environment_text.push_back(std::string("PATH=") + path);
  }
  for (const std::string& variable : command.environment) ready.environment_text.push_back(variable);
  for (const std::string& variable : ready.environment_text)
    ready.environment.push_back(const_cast<char*>(variable.c_str()));
  ready.environment.push_back(nullptr);
  ready.folder = command.folder.string();
  return ready;
}

// Between fork and exec: only async-signal-safe calls. Keep is sorted.
[[noreturn]] void become(const Prepared& ready, int report_fd, const std::vector<int>& keep) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT, SIGCHLD}) ::signal(signal, SIG_DFL);
  if (!ready.folder.empty() && ::chdir(ready.folder.c_str()) != 0) {
    const int code = errno;
    (void)!::write(report_fd, &code, sizeof code);
    ::_exit(127);
  }
  // The report pipe closes on exec, and so do all the others that nobody asked to keep.
  ::fcntl(report_fd, F_SETFD, FD_CLOEXEC);
  unsigned first = 3;
  for (const int fd : keep) {
    if (static_cast<unsigned>(fd) > first)
      ::syscall(SYS_close_range, first, static_cast<unsigned>(fd) - 1, 4u /* CLOSE_RANGE_CLOEXEC */);
    first = static_cast<unsigned>(fd) + 1;
    ::fcntl(fd, F_SETFD, 0);
  }
  ::syscall(SYS_close_range, first, ~0u, 4u);
  ::execve(ready.program.c_str(), ready.argv.data(), ready.environment.data());
  const int code = errno;
  (void)!::write(report_fd, &code, sizeof code);
  ::_exit(127);
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  ~Pipe() {
    close_read();
    close_write();
  }
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  void close_read() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
  void close_write() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
};

int open_output(const Path& path) {
  return ::open(path.empty() ? "/dev/null" : path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

void keep_tail(std::string& output, const char* bytes, std::size_t count) {
  output.append(bytes, count);
  if (output.size() > 2 * kept_output_bytes) output.erase(0, output.size() - kept_output_bytes);
}

// write(2) to a program that may have closed its input.
ssize_t write_unkilled(int fd, std::string_view bytes) {
  const NoBrokenPipe no_broken_pipe;
  return ::write(fd, bytes.data(), bytes.size());
}

// Feeds the input, gathers the output, and ends the whole group when the limit has passed.
class Conversation {
 public:
  Conversation(pid_t child, const Command& command, Pipe& input, Pipe& output)
      : child_(child),
        command_(command),
        input_(input),
        output_(output),
        deadline_(Steady::now() + command.limit) {}

  Finished until_end() {
    Finished finished;
    bool reaped = false;
    while (!reaped || output_.read_end >= 0) {
      exchange(finished);
      if (!reaped && has_ended()) {
        // Before the pid is given back: what the leader left in its group has had its TERM.
        if (finished.timed_out) ::kill(-child_, SIGKILL);
        ::waitpid(child_, &raw_status_, 0);
        reaped = true;
        drain_until_ = Steady::now() + Millis(500);  // a background child may hold the pipe for ever
      }
      if (reaped && Steady::now() >= drain_until_) output_.close_read();
      if (!reaped) enforce_limit(finished);
    }
    finished.status = WIFEXITED(raw_status_) ? WEXITSTATUS(raw_status_) : 128 + WTERMSIG(raw_status_);
    if (finished.output.size() > kept_output_bytes)
      finished.output.erase(0, finished.output.size() - kept_output_bytes);
    return finished;
  }

 private:
  // Without reaping it.
  bool has_ended() const {
    siginfo_t about{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           about.si_pid == child_;
  }

  void exchange(Finished& finished) {
    pollfd waits[2] = {{output_.read_end, POLLIN, 0}, {input_.write_end, POLLOUT, 0}};
    ::poll(waits, 2, 20);
    if (output_.read_end >= 0 && (waits[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      char buffer[8192];
      const ssize_t got = ::read(output_.read_end, buffer, sizeof buffer);
      if (got > 0) keep_tail(finished.output, buffer, static_cast<std::size_t>(got));
      if (got == 0) output_.close_read();
    }
    if (input_.write_end >= 0 && (waits[1].revents & (POLLOUT | POLLERR)) != 0) feed();
  }

  void feed() {
    const std::string_view rest = std::string_view(command_.input).substr(fed_);
    const ssize_t written = rest.empty() ? 0 : write_unkilled(input_.write_end, rest);
    if (written > 0) fed_ += static_cast<std::size_t>(written);
    if (fed_ == command_.input.size() || (written < 0 && errno != EAGAIN && errno != EINTR))
      input_.close_write();
  }

  void enforce_limit(Finished& finished) {
    if (Steady::now() < deadline_) return;
    ::kill(-child_, finished.timed_out ? SIGKILL : SIGTERM);
    finished.timed_out = true;
    deadline_ = Steady::now() + grace;
  }

  pid_t child_;
  const Command& command_;
  Pipe& input_;
  Pipe& output_;
  Steady::time_point deadline_;
  Steady::time_point drain_until_{};
  std::size_t fed_ = 0;
  int raw_status_ = 0;
};

// The errno that the child reported before exec, or 0 once exec has closed the pipe.
int exec_outcome(Pipe& report) {
  report.close_write();
  int code = 0;
  ssize_t got;
  do got = ::read(report.read_end, &code, sizeof code);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof code) ? code : 0;
}

Error start_error(const Command& command, int code) {
  return errno_error(fmt::format("cannot start {}", command.argv[0]), code);
}

// In the child: until the parent's word. Without it the parent is gone, and nobody would know of us.
void wait_for_go(Pipe& go) {
  go.close_write();
  char word = 0;
  ssize_t got;
  do got = ::read(go.read_end, &word, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) ::_exit(127);
}

// Before it executes. Without a scope of its own it is still worth starting, so a failure is only told.
void separate(pid_t pid, const Command& command) {
  const Done moved = move_into_own_scope(pid, command.argv[0]);
  if (!moved)
    log::warning(
        "{} (process {}) has no scope of its own and may be stopped with the unit that started it: {}",
        command.argv[0], pid, moved.error().summary());
}

class RealProcesses : public Processes {
 public:
  Result<Finished> run(const Command& command) override;
  Result<ProcessId> start_detached(const Command& command, const std::vector<int>& keep_fds) override;
};

Result<Finished> RealProcesses::run(const Command& command) {
  const Prepared ready = TRY(prepare(command));
  std::vector<int> keep = command.keep_fds;
  std::sort(keep.begin(), keep.end());
  Pipe report, input, output;
  if (!report.open() || !input.open() || !output.open()) return errno_error("cannot make a pipe");
  const int file = command.output.empty() ? -1 : open_output(command.output);
  if (!command.output.empty() && file < 0)
    return errno_error(fmt::format("cannot open {}", command.output.string()));
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    ::dup2(input.read_end, 0);
    ::dup2(file >= 0 ? file : output.write_end, 1);
    ::dup2(1, 2);
    become(ready, report.write_end, keep);
  }
  const int fork_code = errno;
  if (file >= 0) ::close(file);
  if (child < 0) return start_error(command, fork_code);
  ::setpgid(child, child);
  input.close_read();
  output.close_write();
  if (const int code = exec_outcome(report); code != 0) {
    ::waitpid(child, nullptr, 0);
    return start_error(command, code);
  }
  ::fcntl(input.write_end, F_SETFL, O_NONBLOCK);
  return Conversation(child, command, input, output).until_end();
}

Result<ProcessId> RealProcesses::start_detached(const Command& command, const std::vector<int>& keep_fds) {
  const Prepared ready = TRY(prepare(command));
  std::vector<int> keep = keep_fds;
  std::sort(keep.begin(), keep.end());
  Pipe report, born, go;
  if (!report.open() || !born.open() || !go.open()) return errno_error("cannot make a pipe");
  const int file = open_output(command.output);
  if (file < 0) return errno_error(fmt::format("cannot open {}", command.output.string()));
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t middle = ::fork();
  if (middle == 0) {
    ::setsid();
    const pid_t program = ::fork();
    if (program != 0) {
      (void)!::write(born.write_end, &program, sizeof program);
      ::_exit(0);
    }
    ::setsid();
    ::umask(0077);
    ::dup2(nothing, 0);
    ::dup2(file, 1);
    ::dup2(file, 2);
    wait_for_go(go);
    become(ready, report.write_end, keep);
  }
  const int fork_code = errno;
  ::close(file);
  ::close(nothing);
  if (middle < 0) return start_error(command, fork_code);
  born.close_write();
  pid_t pid = -1;
  const bool told = ::read(born.read_end, &pid, sizeof pid) == static_cast<ssize_t>(sizeof pid);
  ::waitpid(middle, nullptr, 0);
  if (!told || pid <= 0) return start_error(command, EAGAIN);
  separate(pid, command);
  // Without the word it ends by itself, as soon as `go` is closed here.
  if (::write(go.write_end, "g", 1) != 1) return start_error(command, errno);
  if (const int code = exec_outcome(report); code != 0) return start_error(command, code);
  const std::optional<ProcessId> process = TRY(find_process(pid));
  if (!process) return fail("{} ended as soon as it was started", command.argv[0]);
  return *process;
}

}  // namespace

std::string program_path(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  // Debian keeps pgbouncer in /usr/sbin, which a normal user's PATH lacks.
  std::string folders = (path ? std::string(path) : std::string("/usr/bin:/bin")) + ":/usr/sbin:/sbin";
  std::size_t begin = 0;
  while (begin <= folders.size()) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string candidate = folders.substr(begin, end - begin) + "/" + name;
    if (end > begin && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return {};
}

Processes& real_processes() {
  static RealProcesses processes;
  return processes;
}

Result<std::string> run_checked(Processes& processes, const Command& command) {
  Finished finished = TRY(processes.run(command));
  if (finished.timed_out) return fail("{} did not end within {} ms", command.argv[0], command.limit.count());
  if (finished.status == 0) return std::move(finished.output);
  return fail("{} ended with status {}: {}", command.argv[0], finished.status, finished.output);
}

}  // namespace slipway
