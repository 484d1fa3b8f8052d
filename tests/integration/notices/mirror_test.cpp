// What real promotions leave with their target, and what the control database makes of it.
#include "swap/notices/mirror.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

using test::must;

class Mirroring : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override { must(migrations::migrate(cluster->conninfo(database))); }

  // What was told so far, oldest first.
  std::string told_after(Mirror& mirror, const test::Harbour& harbour) {
    must(mirror.catch_up(control, harbour.context(), {{"somebody", notices::Level::verbose}}));
    return must(control.query("select coalesce(string_agg(event->>'outcome', ' ' order by created_at), '')"
                              " from slipway.notices"))
        .string(0, 0);
  }
  long long mirrored() { return must(control.query("select count(*) from slipway.promotions")).number(0, 0); }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session control = cluster->session(database);
};

TEST_F(Mirroring, TellsEachPromotionOnceWhoeverLooks) {
  test::Harbour harbour;
  harbour.build();
  Mirror daemon;
  EXPECT_EQ(told_after(daemon, harbour), "");
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  EXPECT_EQ(told_after(daemon, harbour), "promoted");
  EXPECT_EQ(told_after(daemon, harbour), "promoted");
  Mirror command;
  EXPECT_EQ(told_after(command, harbour), "promoted");
  harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  ASSERT_EQ(harbour.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(told_after(daemon, harbour), "promoted promoted promoted");
  EXPECT_EQ(mirrored(), 3);
}

TEST_F(Mirroring, WaitsForWhatIsUnderWay) {
  test::Harbour harbour;
  harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::unique_ptr<Engine> engine = engine_of(harbour.context());
  const Journal done = must(engine->read_journal());
  Journal under_way = done;
  under_way.attempt->state = Step::verified;
  must(engine->write_journal(under_way));
  Mirror mirror;
  EXPECT_EQ(told_after(mirror, harbour), "");
  must(engine->write_journal(done));
  EXPECT_EQ(told_after(mirror, harbour), "promoted");
}

TEST_F(Mirroring, AStuckPromotionIsToldAtOnceAndAgainWhenItHasEnded) {
  char scripts[] = "/tmp/slipway-test-XXXXXX";
  ASSERT_TRUE(::mkdtemp(scripts));
  const std::string mended = std::string(scripts) + "/mended";
  {
    test::Harbour harbour(
        fmt::format(", quiesce: [{{command: {{pause: [\"true\"], resume: [test, -f, {}]}}}}]", mended));
    harbour.build();
    ASSERT_EQ(harbour.promote().outcome, Outcome::needs_operator);
    Mirror mirror;
    EXPECT_EQ(told_after(mirror, harbour), "needs_operator");
    ASSERT_TRUE(must(recover(harbour.context(), "test")));
    EXPECT_EQ(told_after(mirror, harbour), "needs_operator") << "still stuck is no news";
    std::ofstream(mended) << "yes";
    ASSERT_EQ((*must(recover(harbour.context(), "test"))).outcome, Outcome::promoted);
    EXPECT_EQ(told_after(mirror, harbour), "needs_operator promoted");
    EXPECT_EQ(mirrored(), 1);
  }
  std::filesystem::remove_all(scripts);
}

}  // namespace
}  // namespace slipway::swap
