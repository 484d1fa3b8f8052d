// Database mode on a real server, over a role that is no superuser: its clients, and what it refuses.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "swap/database/sessions.hpp"
#include "tests/support/berth.hpp"

namespace slipway::swap {
namespace {

using test::DatabaseBerth;

// Reads without a pause until told to stop; a session that was ended is opened again.
struct Reader {
  std::atomic<bool> stop = false;
  int read = 0, failed = 0, torn = 0;

  void run(const std::string& conninfo) {
    std::optional<pg::Session> session;
    while (!stop) {
      if (!session) {
        Result<pg::Session> opened = pg::Session::open(conninfo);
        if (opened) session.emplace(std::move(*opened));
        if (!opened) real_clock().sleep(Millis(2));
        continue;
      }
      const Result<pg::Rows> rows = session->query("select count(distinct snapshot), count(*) from cargo");
      if (rows) {
        ++read;
        torn += rows->number(0, 0) == 1 && rows->number(0, 1) == 100 ? 0 : 1;
      } else {
        ++failed;
        session.reset();
      }
    }
  }
};

TEST(DatabaseMode, ClientsWithoutAPoolerLoseAtMostTheirSession) {
  constexpr int clients = 8, promotions = 6;
  DatabaseBerth berth;
  const std::string one = berth.build(), two = berth.build();
  ASSERT_EQ(berth.promote(one).outcome, Outcome::promoted);
  std::vector<Reader> readers(clients);
  std::vector<std::thread> threads;
  for (Reader& reader : readers) threads.emplace_back([&] { reader.run(berth.client()); });
  for (int count = 0; count < promotions; ++count) {
    const Receipt receipt = berth.promote(berth.live() == one ? two : one);
    EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
    std::printf("held %lld ms\n", static_cast<long long>(receipt.pause_ms));
  }
  for (Reader& reader : readers) reader.stop = true;
  for (std::thread& thread : threads) thread.join();
  for (const Reader& reader : readers) {
    EXPECT_GT(reader.read, 0);
    EXPECT_LE(reader.failed, promotions);
    EXPECT_EQ(reader.torn, 0);
  }
}

TEST(DatabaseMode, PreparedTransactionsAreNamedBeforeAnybodyIsHeld) {
  DatabaseBerth berth;
  const std::string one = berth.build();
  ASSERT_EQ(berth.promote(one).outcome, Outcome::promoted);
  const std::string two = berth.build();
  std::optional<pg::Session> session = DatabaseBerth::cluster().session(berth.name());
  test::must(session->script("begin; create table left_over (); prepare transaction 'forgotten'"));
  const Receipt receipt = berth.promote(two);
  EXPECT_EQ(receipt.outcome, Outcome::refused);
  EXPECT_NE(receipt.reason.find("forgotten"), std::string::npos) << receipt.reason;
  EXPECT_EQ(receipt.pause_ms, 0);
  EXPECT_EQ(berth.seen(), one);
  const std::vector<std::string> blockers = test::must(database_blockers(*session));
  EXPECT_TRUE(std::any_of(blockers.begin(), blockers.end(), [](const std::string& line) {
    return line.find("forgotten") != std::string::npos;
  }));
  test::must(session->script("rollback prepared 'forgotten'"));
  session.reset();  // a superuser's, which our role may not end
  EXPECT_EQ(berth.promote(two).outcome, Outcome::promoted);
}

TEST(DatabaseMode, SessionsThatItsRoleMayNotEndAreNamedBeforeAnybodyIsHeld) {
  DatabaseBerth berth(", maintenance: poor_own", "poor");
  const std::string one = berth.build();
  ASSERT_EQ(berth.promote(one).outcome, Outcome::promoted);
  const std::string two = berth.build();
  {
    pg::Session other = test::must(pg::Session::open(berth.client()));
    const Receipt receipt = berth.promote(two);
    EXPECT_EQ(receipt.outcome, Outcome::refused) << receipt.reason;
    EXPECT_NE(receipt.next.find("pg_signal_backend"), std::string::npos) << receipt.next;
    EXPECT_EQ(receipt.pause_ms, 0);
    EXPECT_TRUE(other.query("select 1")) << "it was ended all the same";
  }
  EXPECT_EQ(berth.seen(), one);
}

TEST(DatabaseMode, ADatabaseThatVanishedIsSaidToHaveFailed) {
  DatabaseBerth berth;
  const std::string id = berth.build();
  test::must(DatabaseBerth::cluster().session().script(
      fmt::format("drop database \"{}\"", database_of_snapshot(berth.name(), id))));
  const std::vector<Manifest> manifests = test::must(berth.engine()->manifests());
  ASSERT_EQ(manifests.size(), 1u);
  EXPECT_EQ(manifests[0].state, SnapshotState::failed);
  EXPECT_NE(manifests[0].failure.find("gone"), std::string::npos);
  EXPECT_NE(berth.promote(id).outcome, Outcome::promoted);
}

TEST(DatabaseMode, ACloneIsACopyOfLiveWithAnIdentityOfItsOwn) {
  DatabaseBerth berth;
  EXPECT_EQ(berth.engine()->clone({"none", {}, 1}).error().kind(), Kind::refused);
  const std::string one = berth.build();
  ASSERT_EQ(berth.promote(one).outcome, Outcome::promoted);
  pg::Session reader = test::must(pg::Session::open(berth.client()));  // it is in use meanwhile
  const std::unique_ptr<Engine> engine = berth.engine();
  Result<Build> build = engine->clone({"none", {}, 2});
  ASSERT_TRUE(build) << build.error().text();
  {
    pg::Session session = test::must(enter(berth.context().seams, build->place));
    EXPECT_EQ(session.query("select count(*) from cargo")->number(0, 0), 100);
    EXPECT_EQ(session.query("select id from slipway_manifest")->string(0, 0), build->manifest.id);
    test::must(session.script("update cargo set snapshot = " + pg::literal(build->manifest.id)));
  }
  build->manifest.rows["cargo"] = 100;
  test::must(engine->finish(*build));
  const Receipt receipt = berth.promote(build->manifest.id);
  EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_EQ(berth.seen(), build->manifest.id);
}

TEST(DatabaseMode, WhatHangsOnTheDatabaseComesAlong) {
  DatabaseBerth berth;
  const std::string one = berth.build();
  ASSERT_EQ(berth.promote(one).outcome, Outcome::promoted);
  test::must(DatabaseBerth::cluster().session().script(fmt::format(
      "alter database {0} set work_mem = '7MB'; comment on database {0} is 'ours'", berth.name())));
  const std::string two = berth.build();
  const Receipt receipt = berth.promote(two);
  ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  pg::Session client = test::must(pg::Session::open(berth.client()));
  EXPECT_EQ(client.query("show work_mem")->string(0, 0), "7MB");
}

}  // namespace
}  // namespace slipway::swap
