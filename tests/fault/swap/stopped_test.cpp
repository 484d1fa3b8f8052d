// A promoter that is stopped while it holds clients still, and would go on after its lease (F19): its
// watchdog ends it, nobody stays paused, and its switch can no longer do anything.
#include <signal.h>

#include <algorithm>

#include "tests/fault/swap/trial.hpp"
#include "tests/support/acting_files.hpp"

namespace slipway {
namespace {

using test::Trial;

// From the first pause to the last resume: before it nobody waits, and after it nobody does any more.
std::vector<std::string> steps_of_the_hold(const Trial& trial) {
  const std::vector<std::string> all = trial.steps(trial.other());
  const auto is = [](const char* kind) {
    return [kind](const std::string& step) { return step.starts_with(kind); };
  };
  const auto first = std::find_if(all.begin(), all.end(), is("pause:"));
  const auto last = std::find_if(all.rbegin(), all.rend(), is("resume:")).base();
  return {first, last};
}

void stop_at(const Trial& trial, const std::string& step) {
  SCOPED_TRACE("stopped at " + step);
  const std::string to = trial.other();
  const pid_t child = ::fork();
  if (child == 0) {
    test::ActingFiles files(test::begun(step), [] { ::kill(::getpid(), SIGSTOP); });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial.harbour.home(), trial.harbour.target()};
    (void)swap::promote(context, test::order_to(to));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status)) << "it was never stopped";
  // Nobody continues it: only its watchdog can end this.
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  trial.wait_for_watchdog();
  trial.expect_whole();
  trial.settle_and_go_on();
}

TEST(Stopped, AtEachStepWhileItHoldsClientsStill) {
  std::mt19937_64 random = test::seeded();
  const Trial trial("", ", deadline: 2s, verify_timeout: 5s");
  std::vector<std::string> steps = steps_of_the_hold(trial);
  ASSERT_GE(steps.size(), 4u);
  std::shuffle(steps.begin(), steps.end(), random);
  if (!test::long_run()) steps.resize(2);
  for (const std::string& step : steps)
    if (!testing::Test::HasFailure()) stop_at(trial, step);
  std::printf("%zu faults injected\n", steps.size());
}

}  // namespace
}  // namespace slipway
