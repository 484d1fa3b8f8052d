// kill -9 at every change that a promotion makes on disk, and of every process at random moments (F1, F2):
// what is live is always one whole snapshot, nobody stays paused, and the next promotion works.
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/fault/swap/trial.hpp"
#include "tests/support/killing_files.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;
using test::KillingFiles;

std::string other_of(const Harbour& harbour, const std::string& one, const std::string& two) {
  return harbour.live() == one ? two : one;
}

swap::Journal journal_of(const Harbour& harbour) {
  return test::must(swap::read_journal(real_files(), harbour.volume().names().journal()));
}

// The watchdog alone ends what the killed promoter left, without anybody's hand.
void wait_for_watchdog(const Harbour& harbour) {
  const Millis deadline = real_clock().steady() + Millis(90'000);
  while (real_clock().steady() < deadline) {
    const swap::Journal journal = journal_of(harbour);
    const bool watched = journal.attempt && alive(journal.attempt->lease.watchdog);
    if (!journal.under_way() && !watched) return;
    if (journal.under_way() && !watched && !alive(journal.attempt->lease.promoter)) return;
    real_clock().sleep(Millis(20));
  }
  ADD_FAILURE() << "the watchdog did not come to an end";
}

// True if the child came to its end; false if it was killed on the way.
bool promote_and_die_at(const Harbour& harbour, const std::string& to, int nth, KillingFiles::When when) {
  const pid_t child = ::fork();
  if (child == 0) {
    KillingFiles files(nth, when);
    const swap::Context context{{files, real_clock(), real_processes()}, harbour.home(), harbour.target()};
    swap::Order order;
    order.wish.id = to;
    order.actor = "test";
    ::_exit(swap::promote(context, order).outcome == Outcome::promoted ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return false;
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the promotion failed, and was not killed";
  return true;
}

void expect_whole(const Harbour& harbour, const std::string& one, const std::string& two) {
  const std::string live = harbour.live();
  EXPECT_TRUE(live == one || live == two) << live;
  EXPECT_EQ(harbour.seen(), live);
  EXPECT_FALSE(journal_of(harbour).under_way());
}

class KilledAt : public testing::TestWithParam<KillingFiles::When> {};

TEST_P(KilledAt, EveryChangeOnDisk) {
  Harbour harbour;
  const std::string one = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string two = harbour.build();
  std::mt19937_64 random = test::seeded();
  const int stride = test::long_run() ? 1 : 4;
  int kills = 0;
  for (int nth = 1 + static_cast<int>(random() % 4); !testing::Test::HasFailure(); nth += stride) {
    const bool finished = promote_and_die_at(harbour, other_of(harbour, one, two), nth, GetParam());
    wait_for_watchdog(harbour);
    const auto recovered = test::must(swap::recover(harbour.context(), "test"));
    if (recovered) {
      EXPECT_NE(recovered->outcome, Outcome::needs_operator) << recovered->reason;
    }
    expect_whole(harbour, one, two);
    if (finished) break;
    ASSERT_LT(++kills, 200);
  }
  EXPECT_GT(kills * stride, 20) << "hardly anything was killed";
  std::printf("%d kills\n", kills);
  EXPECT_EQ(harbour.promote(other_of(harbour, one, two)).outcome, Outcome::promoted);
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, KilledAt,
                         testing::Values(KillingFiles::When::before, KillingFiles::When::after));

int kills_of_run() {
  const char* given = std::getenv("SLIPWAY_KILLS");
  if (given) return std::atoi(given);
  return test::long_run() ? 500 : 25;
}

// Everything that a promotion touches, and the promoter itself.
std::vector<ProcessId> victims(const Harbour& harbour, const ProcessId& promoter, const std::string& one,
                               const std::string& two) {
  std::vector<ProcessId> found{promoter};
  const auto add = [&](const std::optional<ProcessId>& process) {
    if (process) found.push_back(*process);
  };
  add(test::must(swap::running(swap::pooler_of(harbour.home(), harbour.target()))));
  add(test::must(swap::find_server(real_seams(), harbour.volume().cluster(one))));
  add(test::must(swap::find_server(real_seams(), harbour.volume().cluster(two))));
  const swap::Journal journal = journal_of(harbour);
  if (journal.attempt && alive(journal.attempt->lease.watchdog))
    found.push_back(journal.attempt->lease.watchdog);
  return found;
}

TEST(KilledAtRandom, AnyProcessOrAllOfThem) {
  std::mt19937_64 random = test::seeded();
  Harbour harbour;
  const std::string one = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string two = harbour.build();
  for (int kill = 0; kill < kills_of_run() && !testing::Test::HasFailure(); ++kill) {
    const std::string to = other_of(harbour, one, two);
    const pid_t child = ::fork();
    if (child == 0) {
      (void)harbour.promote(to);
      ::_exit(0);
    }
    const ProcessId promoter = test::must(find_process(child)).value_or(ProcessId{});
    std::this_thread::sleep_for(Millis(random() % 1500));
    const std::vector<ProcessId> found = victims(harbour, promoter, one, two);
    const std::size_t victim = random() % (found.size() + 1);
    for (std::size_t i = 0; i < found.size(); ++i)
      if (victim == found.size() || victim == i) test::must(send_signal(found[i], SIGKILL));
    ::waitpid(child, nullptr, 0);
    wait_for_watchdog(harbour);
    // What a new start does.
    test::must(swap::servers_up(real_seams(), harbour.config(), harbour.home()));
    Done recovered = swap::recover_all(real_seams(), harbour.config(), harbour.home());
    EXPECT_TRUE(recovered) << recovered.error().text();
    expect_whole(harbour, one, two);
  }
  std::printf("%d kills\n", kills_of_run());
  const swap::Receipt next = harbour.promote(other_of(harbour, one, two));
  EXPECT_EQ(next.outcome, Outcome::promoted) << next.reason;
}

}  // namespace
}  // namespace slipway
