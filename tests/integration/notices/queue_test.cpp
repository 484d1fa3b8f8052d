// Notices on their way from the control database to a real receiver: once, in spite of trouble, and not for
// ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrations/runner.hpp"
#include "swap/notices/channel.hpp"
#include "swap/notices/mirror.hpp"
#include "swap/notices/send.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/must.hpp"
#include "tests/support/receiver.hpp"

namespace slipway::swap {
namespace {

using nlohmann::json;
using test::must;
using testing::HasSubstr;
using testing::Not;

class Notices : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override {
    must(migrations::migrate(cluster->conninfo(database)));
    config::WebhookChannel how;
    how.url = receiver.url("/events");
    how.secret.file = receiver.file("secret", "a secret");
    config.notify.push_back({how, {}});
  }

  void enter(const std::string& subject, notices::Level level = notices::Level::info) {
    must(notices::enter(control, {subject, "promotion", level, json{{"subject", subject}}.dump()},
                        receivers_of(config)));
  }
  void send() { must(send_due(control, real_clock(), config, Millis(20'000))); }
  void make_due() { must(control.script("update slipway.notices set next_try_at = now()")); }
  std::string one(const std::string& sql) { return must(control.query(sql)).string(0, 0); }
  std::vector<std::string> taken() const {
    std::vector<std::string> subjects;
    for (const json& request : receiver.requests())
      if (request["answer"] == "")
        subjects.push_back(json::parse(request["body"].get<std::string>())["subject"]);
    return subjects;
  }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session control = cluster->session(database);
  test::Receiver receiver;
  config::Config config;
};

TEST_F(Notices, AreSentOnceInTheirOrder) {
  enter("a");
  enter("b");
  enter("a");
  enter("nobody asked", notices::Level::verbose);
  send();
  send();
  EXPECT_THAT(taken(), testing::ElementsAre("a", "b"));
}

TEST_F(Notices, ATroubledReceiverGetsThemLaterUnderTheSameId) {
  receiver.behave("500");
  enter("a");
  enter("b");
  send();
  EXPECT_EQ(receiver.requests().size(), 1u) << "the second is not tried in the same round";
  EXPECT_EQ(one("select trouble from slipway.notices where tries = 1"), "it answered with HTTP status 500");
  receiver.behave("");
  make_due();
  send();
  EXPECT_THAT(taken(), testing::UnorderedElementsAre("a", "b"));
  const auto id = [](const json& request) { return request["headers"]["X-Slipway-Delivery"]; };
  EXPECT_EQ(id(receiver.requests()[0]), id(receiver.requests()[1]));
  EXPECT_EQ(one("select count(*) from slipway.notices where sent_at is null or trouble is not null"), "0");
}

TEST_F(Notices, WhatWaitsForItsNextTryIsNotSent) {
  receiver.behave("500");
  enter("a");
  send();
  receiver.behave("");
  send();
  EXPECT_TRUE(taken().empty());
}

TEST_F(Notices, AReceiverThatHangsCostsTheOthersLittle) {
  receiver.behave("hang");
  test::Receiver other;
  config::SlackChannel slack;
  slack.webhook.file = other.file("hook", other.url("/s3cret"));
  config.notify.push_back({slack, {}});
  enter("a");
  send();
  EXPECT_EQ(other.requests().size(), 1u);
  EXPECT_THAT(one("select trouble from slipway.notices where sent_at is null"), HasSubstr("imed out"));
}

TEST_F(Notices, AfterTheLastTryTheyAreGivenUpAndSayWhy) {
  receiver.behave("503");
  enter("a");
  for (int tries = 0; tries <= notices::most_tries; ++tries) {
    make_due();
    send();
  }
  EXPECT_EQ(receiver.requests().size(), static_cast<std::size_t>(notices::most_tries));
  EXPECT_EQ(
      one("select count(*) from slipway.notices where given_up_at is not null and trouble like '%503%'"),
      "1");
  enter("b");
  send();
  const std::vector<notices::Trouble> troubles = must(notices::troubles(control));
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_EQ(troubles[0].given_up, 1);
  EXPECT_EQ(troubles[0].waiting, 1);
  EXPECT_THAT(troubles[0].why, HasSubstr("503"));
  must(control.script(
      "update slipway.notices set given_up_at = now() - interval '8 days' where given_up_at is not null;"
      "update slipway.notices set sent_at = now() where given_up_at is null"));
  EXPECT_TRUE(must(notices::troubles(control)).empty());
}

TEST_F(Notices, NoSecretStandsInATrouble) {
  config::SlackChannel slack;
  slack.webhook.file = receiver.file("hook", "http://127.0.0.1:1/services/s3cret");
  config.notify = {{slack, {}}};
  enter("a");
  send();
  const std::string trouble = one("select trouble from slipway.notices");
  EXPECT_THAT(trouble, HasSubstr("slack "));
  EXPECT_THAT(trouble, Not(HasSubstr("s3cret")));
}

TEST_F(Notices, ACertificateThatNobodyKnowsIsNotTrusted) {
  const test::Receiver stranger(test::Wrapped::tls);
  std::get<config::WebhookChannel>(config.notify[0].how).url = stranger.url("/events");
  enter("a");
  send();
  EXPECT_THAT(one("select trouble from slipway.notices"), HasSubstr("certificate"));
  EXPECT_TRUE(stranger.requests().empty());
}

TEST_F(Notices, TwoSendersNeverTakeTheSame) {
  for (int n = 0; n < 40; ++n) enter(std::to_string(n));
  {
    std::vector<std::jthread> senders;
    for (int n = 0; n < 4; ++n)
      senders.emplace_back([&] {
        pg::Session session = cluster->session(database);
        must(send_due(session, real_clock(), config, Millis(60'000)));
      });
  }
  const std::vector<std::string> all = taken();
  EXPECT_EQ(all.size(), 40u);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 40u);
}

TEST_F(Notices, WhoseChannelIsGoneIsGivenUpAfterDays) {
  enter("a");
  config.notify.clear();
  send();
  EXPECT_TRUE(must(notices::clear_old(control)).empty());
  must(control.script("update slipway.notices set created_at = now() - interval '4 days'"));
  EXPECT_THAT(must(notices::clear_old(control)),
              testing::ElementsAre(HasSubstr("its channel is not in the config")));
}

json receipt(const std::string& outcome, WallTime began) {
  return {{"target", "portal"}, {"from", nullptr},  {"to", "20261121T030000Z"},
          {"outcome", outcome}, {"pause_ms", 5},    {"epoch", 1},
          {"kind", "promote"},  {"actor", "maria"}, {"started_at", iso_time(began)}};
}

class Receipts : public Notices {
 protected:
  void enter_receipt(const json& receipt) {
    must(swap::enter_receipt(control, receipt, receivers_of(config), "journal", real_clock().now()));
  }
  std::string waiting() { return one("select count(*) from slipway.notices"); }
};

TEST_F(Receipts, AreMirroredAuditedAndToldOnce) {
  const WallTime now = real_clock().now();
  for (int n = 0; n < 3; ++n) enter_receipt(receipt("promoted", now));
  EXPECT_EQ(waiting(), "1");
  EXPECT_EQ(one("select count(*) from slipway.promotions"), "1");
  EXPECT_EQ(one("select string_agg(concat_ws(' ', actor, action, object, origin, outcome), ',') from "
                "slipway.audit"),
            "maria target.promote target portal journal promoted");
}

TEST_F(Receipts, OldOnesAreHistoryAndToldToNobody) {
  const WallTime old = real_clock().now() - notices::too_old - Seconds(60);
  enter_receipt(receipt("aborted", old));
  EXPECT_EQ(waiting(), "0");
  EXPECT_EQ(one("select outcome from slipway.promotions"), "aborted");
  // One that waits for somebody is news, however long it does.
  enter_receipt(receipt("needs_operator", old + Seconds(1)));
  EXPECT_EQ(waiting(), "1");
}

TEST_F(Receipts, WhatNeededAnOperatorIsToldAgainWhenItHasEnded) {
  const WallTime now = real_clock().now();
  json stuck = receipt("needs_operator", now);
  enter_receipt(stuck);
  stuck["epoch"] = 2;  // recovery tries by new epochs, and it is no news that it is still stuck
  enter_receipt(stuck);
  EXPECT_EQ(waiting(), "1");
  enter_receipt(receipt("rolled_back", now));
  EXPECT_EQ(waiting(), "2");
  EXPECT_EQ(one("select string_agg(outcome, ',') from slipway.promotions"), "rolled_back");
}

TEST_F(Receipts, AJobIsToldOnceAndAnOldOneNever) {
  must(
      control.script("insert into slipway.jobs (kind, target, actor, state, finished_at, error) values"
                     " ('ingest', 'portal', 'maria', 'failed', now(), 'too many rejects'),"
                     " ('ingest', 'portal', 'maria', 'failed', now() - interval '2 days', 'long ago'),"
                     " ('ingest', 'portal', 'maria', 'queued', null, null)"));
  for (int n = 0; n < 2; ++n) must(enter_jobs(control, receivers_of(config)));
  EXPECT_EQ(waiting(), "1");
  EXPECT_EQ(one("select level || ' ' || (event->>'error') from slipway.notices"), "error too many rejects");
}

}  // namespace
}  // namespace slipway::swap
