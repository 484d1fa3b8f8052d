#include "swap/promote/watchdog.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"

namespace slipway::swap {
namespace {

constexpr Millis grace{5000};  // past the deadline, for a promoter that is about to let go
constexpr Millis longest_nap{1000};

Path config_copy(const Context& context) {
  return target_names(context.home.names(), context.target.name).folder / "slipway.yaml";
}

std::vector<std::string> watchdog_arguments(const Context& context, long long epoch, int ready_fd) {
  const ProcessId self = this_process();
  return {own_program("swap"),
          "watchdog",
          "--config",
          config_copy(context).string(),
          "--home",
          context.home.path.string(),
          "--target",
          context.target.name,
          "--promoter",
          fmt::format("{}:{}", self.pid, self.start_ticks),
          "--epoch",
          std::to_string(epoch),
          "--ready-fd",
          std::to_string(ready_fd)};
}

// True once that process has ended; false when it was time to look at the journal again.
bool ended_within(int promoter_fd, Millis nap) {
  pollfd wait{promoter_fd, POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(nap.count())) > 0;
}

bool is_under_way_by(const Journal& journal, const ProcessId& promoter) {
  return journal.under_way() && journal.attempt->state != Step::needs_operator &&
         journal.attempt->lease.promoter == promoter;
}

// How long the promoter may still be left alone.
Millis time_left(Clock& clock, const Journal& journal) {
  const Millis now(epoch_ms(clock.now()));
  return Millis(journal.attempt->lease.deadline_ms) + grace - now;
}

Done take_over(const Context& context, const ProcessId& promoter) {
  log::warning("the promoter of target {} (process {}) is dead or sits on its lease; ending its promotion",
               context.target.name, promoter.pid);
  TRY(send_signal(promoter, SIGKILL));
  if (!wait_for_end(promoter, Millis(30'000))) return fail("process {} does not die", promoter.pid);
  TRY(recover(context, "watchdog"));
  return {};
}

}  // namespace

Result<ProcessId> start_watchdog(const Context& context, long long epoch) {
  TRY(context.seams.files.write(config_copy(context), context.home.config_text, 0640));
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return errno_error("cannot make a pipe");
  Command command;
  command.argv = watchdog_arguments(context, epoch, ready[1]);
  command.environment = own_program_environment();
  command.folder = "/";
  command.output = target_names(context.home.names(), context.target.name).folder / "watchdog.log";
  std::vector<int> keep = own_program_descriptors();
  keep.push_back(ready[1]);
  Result<ProcessId> process = context.seams.processes.start_detached(command, keep);
  ::close(ready[1]);
  pollfd wait{ready[0], POLLIN, 0};
  char byte = 0;
  const bool watches = process && ::poll(&wait, 1, 20'000) > 0 && ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  if (!process) return fail("cannot start the watchdog").because(std::move(process).error());
  if (!watches)
    return fail("the watchdog did not start watching").next("Its log: " + command.output.string());
  return *process;
}

Done watch(const Context& context, const Watched& watched, int ready_fd) {
  const ProcessId& promoter = watched.promoter;
  const int promoter_fd = static_cast<int>(::syscall(SYS_pidfd_open, promoter.pid, 0u));
  if (promoter_fd < 0 || !alive(promoter))
    return fail("the promoter (process {}) is gone already", promoter.pid);
  if (::write(ready_fd, "r", 1) != 1) return errno_error("cannot tell the promoter that it is watched");
  ::close(ready_fd);
  const Path journal_path = target_names(context.home.names(), context.target.name).journal();
  while (true) {
    const bool dead = ended_within(promoter_fd, longest_nap);
    const Journal journal = TRY(read_journal(context.seams.files, journal_path));
    if (is_under_way_by(journal, promoter)) {
      if (dead || time_left(context.seams.clock, journal) <= Millis(0)) return take_over(context, promoter);
    } else if (dead || journal.epoch >= watched.epoch) {
      return {};  // the promoter writes its first entry only after it knows that we watch
    }
  }
}

}  // namespace slipway::swap
