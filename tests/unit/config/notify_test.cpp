// `notify`: what it says, what is wrong with it, and that no secret is ever shown.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string notify(const std::string& entry) {
  return "notify:\n  - " + entry + "\ntargets:\n  portal: {mode: volume}\n";
}

const Mistake cases[] = {
    {"no_list", "notify: {slack: {webhook_file: x}}\ntargets: {portal: {mode: volume}}\n",
     "slipway.yaml:1:9: `notify`: expected a list of at most 16 receivers"},
    {"unknown_kind", notify("mail: {to: maria}"),
     "slipway.yaml:2:5: `notify`: expected one of `slack`, `webhook` in each entry"},
    {"two_kinds", notify("{slack: {webhook_file: x}, webhook: {url: http://x, secret_file: y}}"),
     "slipway.yaml:2:5: `notify`: expected one of"},
    {"unknown_key", notify("slack: {webhook_file: x, levle: info}"),
     "slipway.yaml:2:30: unknown key `levle` in `slack` of `notify`; did you mean `level`?"},
    {"level", notify("slack: {webhook_file: x, level: loud}"),
     "slipway.yaml:2:37: `level` in `slack` of `notify`: expected error, info or verbose, but it is `loud`"},
    {"slack_without_address", notify("slack: {level: info}"),
     "slipway.yaml:2:12: `webhook_file` (or `webhook_env`) is missing in `slack` of `notify`"},
    {"slack_twice", notify("slack: {webhook_file: x, webhook_env: Y}"),
     "slipway.yaml:2:43: `webhook_env` in `slack` of `notify`: another key gives the same value already"},
    {"webhook_without_url", notify("webhook: {secret_file: x}"),
     "slipway.yaml:2:14: `url` is missing in `webhook` of `notify`"},
    {"webhook_without_secret", notify("webhook: {url: https://example.org}"),
     "slipway.yaml:2:14: `secret_file` (or `secret_env`) is missing in `webhook` of `notify`: every notice "
     "is "
     "signed"},
    {"webhook_login", notify("webhook: {url: 'https://maria:hunter2@example.org', secret_file: x}"),
     "slipway.yaml:2:20: `url` in `webhook` of `notify` holds a login"},
    {"webhook_url", notify("webhook: {url: example.org, secret_file: x}"),
     "slipway.yaml:2:20: `url` in `webhook` of `notify`: expected an address that begins with http://"},
};

class NotifyMistakes : public testing::TestWithParam<Mistake> {};
TEST_P(NotifyMistakes, IsNamedWithItsPlace) {
  expect_named(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Each, NotifyMistakes, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

// Where people put the address instead of naming its file: the complaint goes into logs.
TEST(NotifySecrets, AreNotRepeated) {
  for (const char* entry : {"slack: https://hooks.example.org/s3cret",
                            "slack: {webhook_file: 'https://hooks.example.org/s3cret'}",
                            "slack: {webhook_env: 'https://hooks.example.org/s3cret'}",
                            "slack: {webhook: 'https://hooks.example.org/s3cret'}", "webhook: s3cret",
                            "webhook: {url: https://example.org, secret: s3cret}"}) {
    const std::string complaint = Written(notify(entry)).complaint();
    EXPECT_THAT(complaint, HasSubstr("slipway.yaml:2:")) << entry;
    EXPECT_THAT(complaint, Not(HasSubstr("s3cret"))) << entry;
  }
}

TEST(NotifyValues, ArriveAndAreShownAgain) {
  const Written file(
      "notify:\n"
      "  - slack: {webhook_file: secrets/hook, level: error}\n"
      "  - slack: {webhook_env: SLACK_HOOK}\n"
      "  - webhook: {url: 'https://example.org/hook', secret_file: /run/secrets/signing, level: verbose}\n"
      "targets: {portal: {mode: volume}}\n");
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  ASSERT_EQ(config->notify.size(), 3U);
  const auto& first = std::get<SlackChannel>(config->notify[0].how);
  EXPECT_EQ(first.webhook.file, file.folder() / "secrets/hook");
  EXPECT_EQ(first.level, NoticeLevel::error);
  EXPECT_EQ(std::get<SlackChannel>(config->notify[1].how).webhook.variable, "SLACK_HOOK");
  EXPECT_EQ(std::get<SlackChannel>(config->notify[1].how).level, NoticeLevel::info);
  EXPECT_EQ(std::get<WebhookChannel>(config->notify[2].how).level, NoticeLevel::verbose);
  EXPECT_EQ(config->notify[2].at.line, 4);
  const std::string text = with_defaults(*config);
  const Written again(text);
  ASSERT_EQ(again.complaint(), "") << text;
  EXPECT_EQ(with_defaults(*again.load()), text);
  EXPECT_THAT(text, HasSubstr("webhook_env: SLACK_HOOK"));
  EXPECT_THAT(text, HasSubstr("level: info"));
}

}  // namespace
}  // namespace slipway::config
