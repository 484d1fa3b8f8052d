// The runner on a real server: races, failures half-way, and pasts that it must refuse.
#include "migrations/runner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "migrations/audit.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::migrations {
namespace {

class Runner : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  static std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
};
std::unique_ptr<test::Cluster> Runner::cluster;

TEST_F(Runner, AppliesOnceAndThenNothing) {
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(migrate(cluster->conninfo(database)));
  auto session = cluster->session(database);
  EXPECT_EQ(session.query("select count(*) from slipway.migrations")->number(0, 0),
            static_cast<long long>(embedded().size()));
}

TEST_F(Runner, TwentyAtOnceApplyEachOnce) {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> racers;
    for (int i = 0; i < 20; ++i)
      racers.emplace_back([&] { good += static_cast<bool>(migrate(cluster->conninfo(database))); });
  }
  EXPECT_EQ(good, 20);
}

TEST_F(Runner, AMigrationThatFailsLeavesNothingOfItself) {
  auto session = cluster->session(database);
  const std::vector<Migration> known{{1, "0001_a", "aa", "create table a (x int)"},
                                     {2, "0002_b", "bb", "create table b (x int); select 1 / 0"}};
  const Done applied = migrations::apply(session, known);
  ASSERT_FALSE(applied);
  EXPECT_NE(applied.error().text().find("0002_b"), std::string::npos);
  EXPECT_TRUE(session.query("select to_regclass('a') is not null and to_regclass('b') is null")->truth(0, 0));
  EXPECT_EQ(session.query("select max(number) from slipway.migrations")->number(0, 0), 1);
}

TEST_F(Runner, AChangedPastIsRefusedAndNothingIsApplied) {
  auto session = cluster->session(database);
  std::vector<Migration> known{{1, "0001_a", "aa", "create table a (x int)"}};
  ASSERT_TRUE(migrations::apply(session, known));
  known[0].checksum = "other";
  known.push_back({2, "0002_b", "bb", "create table b (x int)"});
  const Done applied = migrations::apply(session, known);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind(), Kind::refused);
  EXPECT_FALSE(session.query("select to_regclass('b') is not null")->truth(0, 0));
}

TEST_F(Runner, AuditRecordsStandOrFallWithTheirTransaction) {
  ASSERT_TRUE(migrate(cluster->conninfo(database)));
  auto session = cluster->session(database);
  {
    auto transaction = pg::Transaction::begin(session);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(audit::record(session, {"maria", "test", "thing '\"", "command", "done"}));
  }
  EXPECT_EQ(session.query("select count(*) from slipway.audit")->number(0, 0), 0);
  ASSERT_TRUE(audit::record(session, {"maria", "test", "thing '\"", "command", "done", R"({"a":1})"}));
  EXPECT_EQ(session.query("select object from slipway.audit")->string(0, 0), "thing '\"");
}

}  // namespace
}  // namespace slipway::migrations
