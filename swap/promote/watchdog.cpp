#include "swap/promote/watchdog.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "swap/own_command.hpp"

namespace slipway::swap {
namespace {

constexpr Millis grace{5000};  // past the deadline, for a promoter that is about to let go
constexpr Millis longest_nap{1000};
constexpr int most_unreadable = 900;
constexpr int few_unreadable = 5;  // where nothing was under way when it could still be read
constexpr int recover_tries = 60;

std::vector<std::string> watchdog_words(long long epoch, int ready_fd) {
  const ProcessId self = this_process();
  return {"watchdog",
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

// One that has given up and holds nobody is left to an operator.
bool is_under_way_by(const Journal& journal, const ProcessId& promoter) {
  if (!journal.under_way() || journal.attempt->lease.promoter != promoter) return false;
  return journal.attempt->state != Step::needs_operator || !journal.attempt->paused.empty();
}

// How long the promoter may still be left alone.
Millis time_left(Clock& clock, const Journal& journal) {
  return journal.attempt->lease.left(clock) + grace;
}

Result<bool> take_over(const Context& context, const ProcessId& promoter) {
  log::warning("the promoter of target {} (process {}) is dead or sits on its lease; ending its promotion",
               context.target.name, promoter.pid);
  TRY(send_signal(promoter, SIGKILL));
  if (!wait_for_end(promoter, Millis(30'000))) return fail("process {} does not die", promoter.pid);
  // Where the target lies in a database, that may be away just now.
  for (int left = recover_tries;; --left) {
    const Result<std::optional<Receipt>> recovered = recover(context, "watchdog");
    if (recovered || recovered.error().kind() == Kind::busy) return true;
    if (left == 1) return recovered.error();
    log::warning("target {}: {}; trying again", context.target.name, recovered.error().summary());
    context.seams.clock.sleep(longest_nap);
  }
}

}  // namespace

Result<ProcessId> start_watchdog(const Context& context, long long epoch) {
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return errno_error("cannot make a pipe");
  Result<Command> made = own_command(context, watchdog_words(epoch, ready[1]));
  if (!made) {
    ::close(ready[0]);
    ::close(ready[1]);
    return std::move(made).error();
  }
  Command& command = *made;
  command.output = target_names(context.home.names(), context.target.name).folder / "watchdog.log";
  command.keep_fds.push_back(ready[1]);
  Result<ProcessId> process = context.seams.processes.start_detached(command, command.keep_fds);
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

Result<bool> watch(const Context& context, const Watched& watched, int ready_fd) {
  const ProcessId& promoter = watched.promoter;
  const int promoter_fd = static_cast<int>(::syscall(SYS_pidfd_open, promoter.pid, 0u));
  if (promoter_fd < 0 || !alive(promoter))
    return fail("the promoter (process {}) is gone already", promoter.pid);
  if (::write(ready_fd, "r", 1) != 1) return errno_error("cannot tell the promoter that it is watched");
  ::close(ready_fd);
  const std::unique_ptr<Engine> engine = engine_of(context);
  Journal journal;
  int unreadable = 0;
  while (true) {
    const bool dead = ended_within(promoter_fd, longest_nap);
    Result<Journal> read = engine->read_journal();
    if (read) {
      journal = std::move(*read);
      unreadable = 0;
    } else if (++unreadable >= (is_under_way_by(journal, promoter) ? most_unreadable : few_unreadable)) {
      return fail("the journal of target {} cannot be read", context.target.name)
          .because(std::move(read).error());
    }
    // A journal that cannot be read now (its server is away, say) leaves us with what we last knew of it.
    if (is_under_way_by(journal, promoter)) {
      if (dead || time_left(context.seams.clock, journal) <= Millis(0)) return take_over(context, promoter);
    } else if (unreadable == 0 && (dead || journal.epoch >= watched.epoch)) {
      return false;  // the promoter writes its first entry only after it knows that we watch
    }
    if (dead) context.seams.clock.sleep(longest_nap);
  }
}

}  // namespace slipway::swap
