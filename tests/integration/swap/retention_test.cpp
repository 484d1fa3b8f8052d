// Prune, pins, marks and the plan, with real snapshots.
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "swap/promote/preview.hpp"
#include "swap/retention/prune.hpp"
#include "tests/support/harbour.hpp"
#include "tests/support/killing_files.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;

std::size_t folders(const Harbour& harbour) {
  return test::must(real_files().list(harbour.volume().names().snapshots())).size();
}

TEST(Prune, RemovesWhatItSaysAndNothingElse) {
  Harbour harbour(", keep: {last: 1}");
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string second = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string third = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);

  test::must(swap::mark(harbour.context(), swap::Mark::pin, first, "test"));
  EXPECT_TRUE(test::must(swap::prune(harbour.context(), swap::Prune::remove, "test")).removed.empty());
  test::must(swap::mark(harbour.context(), swap::Mark::unpin, first, "test"));
  EXPECT_EQ(test::must(swap::prune(harbour.context(), swap::Prune::dry_run, "test")).removed.size(), 1U);
  EXPECT_EQ(folders(harbour), 3U);
  const swap::Retention retention = test::must(swap::prune(harbour.context(), swap::Prune::remove, "test"));
  ASSERT_EQ(retention.removed.size(), 1U);
  EXPECT_EQ(retention.removed[0].id, first);
  EXPECT_EQ(folders(harbour), 2U);
  EXPECT_EQ(harbour.seen(), third);
  EXPECT_EQ(harbour.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(harbour.seen(), second);
  EXPECT_FALSE(swap::mark(harbour.context(), swap::Mark::pin, first, "test"));
  EXPECT_FALSE(swap::mark(harbour.context(), swap::Mark::unmark, third, "test"));
}

TEST(Prune, FinishesWhatAKillLeft) {
  Harbour harbour(", keep: {last: 1, min_free: 99%}");
  const std::string live = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  int kills = 0;
  for (bool finished = false; !finished; ++kills) {
    // Live before, and not what live came from: nothing holds it.
    const std::string old = harbour.build();
    ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
    ASSERT_EQ(harbour.roll_back().outcome, Outcome::promoted);
    const pid_t child = ::fork();
    if (child == 0) {
      test::KillingFiles files(kills + 1, test::KillingFiles::When::after);
      const swap::Context context{{files, real_clock(), real_processes()}, harbour.home(), harbour.target()};
      ::_exit(swap::prune(context, swap::Prune::remove, "test") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    if (finished) {
      EXPECT_EQ(WEXITSTATUS(status), 0);
    }
    test::must(swap::prune(harbour.context(), swap::Prune::remove, "test"));
    EXPECT_FALSE(test::must(real_files().is_there(harbour.volume().names().snapshot(old))));
    EXPECT_EQ(folders(harbour), 1U);
    EXPECT_EQ(harbour.seen(), live);
    ASSERT_LT(kills, 20);
  }
  EXPECT_GT(kills, 3);
}

TEST(Plan, IsWhatThePromotionThenDoes) {
  Harbour harbour;
  for (int round = 0; round < 2; ++round) {
    harbour.build();
    const nlohmann::json plan = test::must(swap::preview(harbour.context(), {}));
    EXPECT_TRUE(swap::may_go_on(plan));
    const swap::Receipt receipt = harbour.promote();
    ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
    EXPECT_EQ(plan.at("to"), receipt.to);
    std::vector<std::string> steps;
    for (const swap::JournalStep& step : receipt.steps) steps.push_back(step.step);
    EXPECT_EQ(plan.at("steps"), nlohmann::json(steps));
  }
  harbour.build(10);
  const nlohmann::json refused = test::must(swap::preview(harbour.context(), {}));
  EXPECT_FALSE(swap::may_go_on(refused));
  pg::Session session = test::must(pg::Session::open(harbour.door("portal")));
  test::must(session.script("begin; select pg_sleep(1.2)"));
  const nlohmann::json blocked = test::must(swap::preview(harbour.context(), {}));
  EXPECT_EQ(blocked.at("blockers").size(), 1U) << blocked.dump();
}

}  // namespace
}  // namespace slipway
