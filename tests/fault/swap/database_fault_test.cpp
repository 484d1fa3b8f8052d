// (Dying after a statement is dying before the next one.)
// Database mode, with one statement after the other going wrong: the promoter dies there (F1), the statement
// or its answer is lost (F6), or nothing works from there on. What is live is always one whole snapshot,
// sessions get in, and the next promotion works.
#include <sys/wait.h>

#include <cstdlib>
#include <random>

#include "tests/support/berth.hpp"
#include "tests/support/troubled_connections.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::DatabaseBerth;
using test::Trouble;
using test::TroubledConnections;

void wait_for_watchdog(const DatabaseBerth& berth) {
  const Millis deadline = real_clock().steady() + Millis(90'000);
  while (real_clock().steady() < deadline) {
    const swap::Journal journal = test::must(berth.engine()->read_journal());
    const bool watched = journal.attempt && alive(journal.attempt->lease.watchdog);
    if (!watched && (!journal.under_way() || !alive(journal.attempt->lease.promoter))) return;
    real_clock().sleep(Millis(20));
  }
  ADD_FAILURE() << "the watchdog did not come to an end";
}

// In a process of its own. Empty: no statement went wrong; it came to its end before.
std::string promote_in_trouble(const DatabaseBerth& berth, const std::string& to, int nth, Trouble trouble) {
  const pid_t child = ::fork();
  if (child == 0) {
    TroubledConnections connections(nth, trouble);
    const swap::Context given = berth.context();
    const swap::Context context{
        {given.seams.files, given.seams.clock, given.seams.processes, connections}, given.home, given.target};
    swap::Order order;
    order.wish.id = to;
    order.actor = "test";
    const Outcome outcome = swap::promote(context, order).outcome;
    if (connections.statements() >= nth) ::_exit(1);
    ::_exit(outcome == Outcome::promoted ? 0 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return "killed";
  EXPECT_NE(WEXITSTATUS(status), 2) << "the promotion failed without trouble";
  return WEXITSTATUS(status) == 0 ? "" : "troubled";
}

// Every one where there is an hour for it, otherwise every fourth, beginning anywhere.
constexpr int short_stride = 4;
int stride() {
  const char* given = std::getenv("SLIPWAY_TESTS_LONG");
  return given && *given ? 1 : short_stride;
}

int first_statement() {
  const char* given = std::getenv("SLIPWAY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("SLIPWAY_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return 1 + static_cast<int>(seed % static_cast<std::uint64_t>(stride()));
}

class EveryStatement : public testing::TestWithParam<Trouble> {};

TEST_P(EveryStatement, GoesWrongOnce) {
  DatabaseBerth berth;
  const std::string one = berth.build();
  ASSERT_EQ(berth.promote().outcome, Outcome::promoted);
  const std::string two = berth.build();
  int faults = 0, nth = first_statement();
  for (bool finished = false; !finished && !HasFailure(); nth += stride()) {
    const std::string to = berth.live() == one ? two : one;
    finished = promote_in_trouble(berth, to, nth, GetParam()).empty();
    faults += finished ? 0 : 1;
    wait_for_watchdog(berth);
    const auto recovered = swap::recover(berth.context(), "test");
    ASSERT_TRUE(recovered) << "statement " << nth << ": " << recovered.error().text();
    if (*recovered) {
      EXPECT_NE((*recovered)->outcome, Outcome::needs_operator) << (*recovered)->reason;
    }
    const std::string live = berth.live();
    EXPECT_TRUE(live == one || live == two) << live;
    EXPECT_EQ(berth.seen(), live) << "after trouble with statement " << nth;
    EXPECT_FALSE(berth.readable(live == one ? two : one)) << "after trouble with statement " << nth;
    EXPECT_FALSE(test::must(berth.engine()->read_journal()).under_way());
    ASSERT_LT(nth, 500);
  }
  EXPECT_GT(faults, 50 / stride()) << "hardly anything went wrong";
  std::printf("%d faults\n", faults);
  EXPECT_EQ(berth.promote(berth.live() == one ? two : one).outcome, Outcome::promoted);
}

INSTANTIATE_TEST_SUITE_P(Database, EveryStatement,
                         testing::Values(Trouble::die_before, Trouble::fail_before, Trouble::fail_after,
                                         Trouble::fail_from_there_on));

}  // namespace
}  // namespace slipway
