// Promotion and rollback of a volume target, with real servers and clients.
#include <atomic>
#include <thread>

#include "tests/support/harbour.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;

TEST(Promote, MovesProductionEachTimeAndBackAgain) {
  Harbour harbour;
  EXPECT_EQ(harbour.promote().outcome, Outcome::unchanged);

  const std::string first = harbour.build();
  const swap::Receipt one = harbour.promote();
  ASSERT_EQ(one.outcome, Outcome::promoted) << one.reason;
  EXPECT_EQ(harbour.live(), first);
  EXPECT_EQ(harbour.seen(), first);

  const std::string second = harbour.build();
  EXPECT_GT(second, first);
  const swap::Receipt two = harbour.promote();
  ASSERT_EQ(two.outcome, Outcome::promoted) << two.reason;
  EXPECT_EQ(two.from, first);
  EXPECT_EQ(two.to, second);
  EXPECT_EQ(harbour.seen(), second);

  EXPECT_EQ(harbour.promote().outcome, Outcome::unchanged);

  const swap::Receipt back = harbour.roll_back();
  ASSERT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(harbour.seen(), first);
  // Nothing was live before the first: a second rollback says so, and does not toggle.
  const swap::Receipt nowhere = harbour.roll_back();
  EXPECT_EQ(nowhere.outcome, Outcome::refused);
  EXPECT_EQ(harbour.seen(), first);
}

TEST(Promote, RefusesWhatItShould) {
  Harbour harbour;
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build(10);
  const swap::Receipt fewer = harbour.promote();
  EXPECT_EQ(fewer.outcome, Outcome::refused);
  EXPECT_NE(fewer.reason.find("rows"), std::string::npos) << fewer.reason;
  EXPECT_NE(fewer.next.find("--allow rows"), std::string::npos) << fewer.next;
  EXPECT_EQ(harbour.promote("20200101T000000Z").outcome, Outcome::refused);
  EXPECT_EQ(harbour.seen(), first);

  swap::Order order;
  order.wish.expect_live = "20200101T000000Z";
  EXPECT_EQ(swap::promote(harbour.context(), order).outcome, Outcome::refused);
}

TEST(Promote, GoesBackWhenTheNewSnapshotDoesNotServe) {
  // Holds on the candidate itself, and never through the front door's reader.
  Harbour harbour(
      ", verify_timeout: 2s, verify: [{sql: \"select current_user = 'slipway' or (select count(*) > 500 from "
      "cargo)\"}]");
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build(499);
  swap::Order order;
  order.allow = {"rows", "bytes"};
  order.actor = "test";
  const swap::Receipt receipt = swap::promote(harbour.context(), order);
  EXPECT_EQ(receipt.outcome, Outcome::rolled_back) << receipt.reason;
  EXPECT_EQ(receipt.from, first);
  EXPECT_EQ(harbour.seen(), first);
  const swap::Journal journal =
      test::must(swap::read_journal(real_files(), harbour.volume().names().journal()));
  EXPECT_TRUE(journal.snapshots.at(receipt.to).bad);
  EXPECT_EQ(harbour.promote().outcome, Outcome::unchanged);
}

TEST(Promote, ClientsSeeNoFailureAndNeverTwoSnapshots) {
  Harbour harbour;
  harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  std::atomic<bool> stop = false;
  std::atomic<int> answers = 0;
  std::atomic<int> failures = 0;
  std::vector<std::jthread> clients;
  for (int client = 0; client < 16; ++client)
    clients.emplace_back([&] {
      pg::Session session = test::must(pg::Session::open(harbour.door()));
      while (!stop) {
        const Result<pg::Rows> rows = session.query("select count(distinct snapshot), count(*) from cargo");
        if (!rows) ADD_FAILURE() << rows.error().text();
        if (!rows || rows->text(0, 0) != "1" || rows->text(0, 1) != "1000") ++failures;
        if (!rows) return;
        ++answers;
      }
    });
  for (int round = 0; round < 5; ++round) {
    harbour.build();
    EXPECT_EQ(harbour.promote().outcome, Outcome::promoted);
    EXPECT_EQ(harbour.roll_back().outcome, Outcome::promoted);
    const swap::Receipt again = harbour.promote(test::must(harbour.volume().manifests()).back().id);
    EXPECT_EQ(again.outcome, Outcome::promoted) << again.reason;
    EXPECT_EQ(harbour.seen(), harbour.live());
  }
  stop = true;
  clients.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_GT(answers, 1000);
}

TEST(Supervision, BringsBackWhatWasKilled) {
  Harbour harbour;
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const swap::Pooler pooler = swap::pooler_of(harbour.home(), harbour.target());
  test::must(send_signal(*test::must(swap::running(pooler)), SIGKILL));
  test::must(
      send_signal(*test::must(swap::find_server(real_seams(), harbour.volume().cluster(first))), SIGKILL));
  test::must(swap::supervise_once(real_seams(), harbour.config(), harbour.home()));
  EXPECT_EQ(harbour.seen(), first);
}

TEST(Promote, SaysThatThePortIsTaken) {
  Harbour harbour;
  harbour.build();
  const test::Listener taken(harbour.port());
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_NE(receipt.reason.find("cannot listen on 127.0.0.1"), std::string::npos) << receipt.reason;
  EXPECT_EQ(harbour.live(), "");
}

TEST(Promote, SaysWhatStandsInTheWayOfTheLink) {
  Harbour harbour;
  harbour.build();
  test::must(real_files().make_folders(harbour.volume().names().current()));
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_NE(receipt.reason.find("is not a symbolic link"), std::string::npos) << receipt.reason;
  EXPECT_TRUE(std::filesystem::is_directory(harbour.volume().names().current()));
}

}  // namespace
}  // namespace slipway
