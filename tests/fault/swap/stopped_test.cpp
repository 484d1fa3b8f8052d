// A promoter that is stopped while it holds clients still, and would go on after its lease (F19): its
// watchdog ends it, nobody stays paused, and its switch can no longer do anything.
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/harbour.hpp"
#include "tests/support/stopping_files.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;

TEST(Stopped, WhileItHoldsClientsStill) {
  Harbour harbour(", deadline: 1s, verify_timeout: 1s");
  const std::string one = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string two = harbour.build();
  // Before the pause nobody waits for it; the changes from there on are what matters here.
  for (int nth = 0; nth < 4 && !testing::Test::HasFailure(); ++nth) {
    const std::string to = harbour.live() == one ? two : one;
    const pid_t child = ::fork();
    if (child == 0) {
      test::StoppingFiles files("\"pause\"", nth);
      const swap::Context context{{files, real_clock(), real_processes()}, harbour.home(), harbour.target()};
      swap::Order order;
      order.wish.id = to;
      (void)swap::promote(context, order);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
    ASSERT_TRUE(WIFSTOPPED(status)) << "it was never stopped";
    // Nobody continues it: only its watchdog can end this.
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    const Millis deadline = real_clock().steady() + Millis(60'000);
    const Path journal_path = harbour.volume().names().journal();
    while (test::must(swap::read_journal(real_files(), journal_path)).under_way() &&
           real_clock().steady() < deadline)
      real_clock().sleep(Millis(20));
    EXPECT_EQ(harbour.seen(), harbour.live()) << "clients are held, or see something else";
    EXPECT_EQ(test::must(real_files().read_link(harbour.volume().names().current())),
              swap::current_text(harbour.live()));
  }
  const std::string other = harbour.live() == one ? two : one;
  EXPECT_EQ(harbour.promote(other).outcome, Outcome::promoted);
}

}  // namespace
}  // namespace slipway
