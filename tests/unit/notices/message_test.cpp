// What is said of each outcome, how loudly, and that a receiver can check who said it.
#include "swap/notices/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "swap/notices/channel.hpp"
#include "swap/promote/promote.hpp"
#include "tests/support/must.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::swap {
namespace {

using nlohmann::json;
using notices::Level;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Receipt receipt(Outcome outcome) {
  Receipt receipt;
  receipt.target = "portal";
  receipt.kind = "promote";
  receipt.actor = "maria";
  receipt.from = "20261120T030000Z";
  receipt.to = "20261121T030000Z";
  receipt.outcome = outcome;
  receipt.pause_ms = 62;
  return receipt;
}

struct Said {
  Outcome outcome;
  Level level;
  std::string first_line;
};

class EachOutcome : public testing::TestWithParam<Said> {};

TEST_P(EachOutcome, HasItsLevelAndItsWords) {
  const json told = to_json(receipt(GetParam().outcome));
  EXPECT_EQ(level_of_promotion(told), GetParam().level);
  const std::string words = promotion_words(told);
  EXPECT_EQ(words.substr(0, words.find('\n')), GetParam().first_line);
}

INSTANTIATE_TEST_SUITE_P(
    All, EachOutcome,
    testing::Values(
        Said{Outcome::promoted, Level::info,
             "portal: 20261121T030000Z is live, promoted by maria (before: 20261120T030000Z). Clients were "
             "held for 62 ms."},
        Said{Outcome::unchanged, Level::verbose, "portal: there was nothing to promote."},
        Said{Outcome::refused, Level::info,
             "portal: the promotion to 20261121T030000Z by maria was refused; 20261120T030000Z is still "
             "live."},
        Said{Outcome::busy, Level::verbose,
             "portal: the promotion to 20261121T030000Z by maria found the target busy."},
        Said{Outcome::aborted, Level::error,
             "portal: the promotion to 20261121T030000Z by maria was aborted; 20261120T030000Z is still "
             "live. Clients were held for 62 ms."},
        Said{Outcome::rolled_back, Level::error,
             "portal: the promotion to 20261121T030000Z by maria failed after the switch; 20261120T030000Z "
             "is live again. Clients were held for 62 ms."},
        Said{Outcome::needs_operator, Level::error,
             "portal: NEEDS AN OPERATOR: the promotion to 20261121T030000Z by maria is stuck; before it "
             "20261120T030000Z was live. Clients were held for 62 ms."}),
    [](const auto& info) { return std::string(name(info.param.outcome)); });

TEST(Words, SayWhyAndWhatToDoNext) {
  Receipt one = receipt(Outcome::aborted);
  one.reason = "the pooler did not pause";
  one.next = "Look at its log.";
  one.warnings = {"the hook after failed"};
  EXPECT_THAT(promotion_words(to_json(one)), HasSubstr("\nWhy: the pooler did not pause\nNext: Look at its "
                                                       "log.\nWarning: the hook after failed"));
  one.next.clear();
  EXPECT_THAT(promotion_words(to_json(one)), HasSubstr("\nNext: once the cause is gone: swap promote"));
}

TEST(Words, OfARollbackAndAFirstPromotion) {
  Receipt one = receipt(Outcome::promoted);
  one.kind = "rollback";
  one.pause_ms = 0;
  EXPECT_EQ(
      promotion_words(to_json(one)),
      "portal: 20261121T030000Z is live, rolled back to by maria (before: 20261120T030000Z). Nobody was "
      "held.");
  one = receipt(Outcome::aborted);
  one.from.clear();
  EXPECT_THAT(promotion_words(to_json(one)), HasSubstr("; production is as it was."));
}

TEST(Words, AreNeverEndless) {
  Receipt one = receipt(Outcome::aborted);
  one.reason = std::string(100'000, 'x');
  EXPECT_LT(promotion_words(to_json(one)).size(), 2500u);
}

// Whatever stands in the control database, a notice can be made of it.
TEST(Words, OfWhatIsNoReceipt) {
  for (const json& odd : {json::object(), json{{"outcome", 3}}, json{{"outcome", "new"}, {"from", 1}}})
    EXPECT_EQ(level_of_promotion(odd), Level::error);
  EXPECT_THAT(promotion_words(json::object()), StartsWith("?: NEEDS AN OPERATOR"));
  EXPECT_THAT(job_words(json::object()), StartsWith("?: ? job 0 by ? "));
}

TEST(Words, OfJobs) {
  json job = {{"job", 12},        {"kind", "ingest"}, {"pipeline", "nmdc"},   {"target", "portal"},
              {"actor", "maria"}, {"error", nullptr}, {"state", "succeeded"}, {"result", nullptr}};
  job["result"] = {{"snapshot", "20261121T030000Z"}, {"rows", {{"a", 7}, {"b", 1}}}, {"seconds", 12.34}};
  EXPECT_EQ(level_of_job(job), Level::info);
  EXPECT_EQ(job_words(job),
            "portal: ingest job 12 (nmdc) by maria succeeded: snapshot 20261121T030000Z is ready, 8 rows in "
            "12.3 s.\nMore: slipway jobs show 12");
  job["result"]["promotion"] = json::object();
  EXPECT_EQ(level_of_job(job), Level::verbose) << "its promotion is told";
  job["state"] = "failed";
  job["error"] = "too many rejects";
  EXPECT_EQ(level_of_job(job), Level::error);
  EXPECT_THAT(job_words(job), HasSubstr("by maria failed.\nWhy: too many rejects"));
  job["state"] = "interrupted";
  EXPECT_EQ(level_of_job(job), Level::error);
  job["state"] = "cancelled";
  EXPECT_EQ(level_of_job(job), Level::verbose);
  EXPECT_THAT(job_words(job), HasSubstr("by maria was cancelled."));
}

TEST(Slack, TakesNothingForMarkup) {
  EXPECT_EQ(slack_body("a <!channel> & \"b\"\n"), R"({"text":"a &lt;!channel&gt; &amp; \"b\"\n"})");
}

// As `printf '1763766000.{"outcome":"promoted"}' | openssl dgst -sha256 -hmac 'a secret for signing'` says.
TEST(Signature, IsWhatOthersCompute) {
  EXPECT_EQ(signature("a secret for signing", "1763766000", R"({"outcome":"promoted"})"),
            "sha256=8c3c1024e8ff9d0fe6753d97c584383bad04abb983db9855bf29d93345aa9ce3");
}

config::Channel slack(const Path& file) {
  config::SlackChannel how;
  how.webhook.file = file;
  return {how, {}};
}

TEST(Channels, AreNamedWithoutTheirSecrets) {
  config::WebhookChannel how;
  how.url = "https://example.org/hook";
  how.secret.variable = "SIGNING";
  EXPECT_EQ(channel_name({how, {}}), "webhook https://example.org/hook");
  EXPECT_EQ(channel_name(slack("/run/secrets/hook")), "slack /run/secrets/hook");
}

TEST(Channels, SlackOverPlainHttpIsRefusedWithoutSayingWhere) {
  const Folder folder;
  test::must(real_files().write(folder / "hook", "http://hooks.example.org/services/s3cret\n"));
  const notices::Waiting notice{"1", "", "promotion", "info", "{}", 1};
  const Result<web::Request> request = request_for(slack(folder / "hook"), notice, {});
  ASSERT_FALSE(request);
  EXPECT_THAT(request.error().text(), HasSubstr("no address that begins with https://"));
  EXPECT_THAT(request.error().text(), Not(HasSubstr("s3cret")));
}

TEST(Retries, WaitLongerEachTimeAndNeverForEver) {
  EXPECT_EQ(notices::pause_after(1), Seconds(10));
  EXPECT_EQ(notices::pause_after(2), Seconds(20));
  EXPECT_EQ(notices::pause_after(9), Seconds(2560));
  for (const int tries : {10, 11, 20, 1000}) EXPECT_EQ(notices::pause_after(tries), Seconds(3600));
}

}  // namespace
}  // namespace slipway::swap
