// `public_url` and `auth`: what they say, what is wrong with them, and that no secret is ever shown.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* targets = "targets: {portal: {mode: volume}}\n";

std::string allow(const std::string& entry) {
  return "auth: {allow: {" + entry + "}}\n" + targets;
}
std::string orcid(const std::string& settings, const std::string& more = "") {
  return "auth: {orcid: {" + settings + "}}\n" + more + targets;
}
const std::string complete = "client_id: APP-1, client_secret_file: s";

const Mistake cases[] = {
    {"checksum", allow("0000-0002-1825-0098: read"),
     "slipway.yaml:1:16: `0000-0002-1825-0098` in `allow` of `auth`: its checksum is wrong: a digit is "
     "mistyped, or the last one should be 7"},
    {"checksum_x", allow("0000-0002-1694-2339: read"),
     "slipway.yaml:1:16: `0000-0002-1694-2339` in `allow` of `auth`: its checksum is wrong: a digit is "
     "mistyped, or the last one should be X"},
    {"lower_x", allow("0000-0002-1694-233x: read"),
     "slipway.yaml:1:16: `0000-0002-1694-233x` in `allow` of `auth`: an ORCID iD is written like"},
    {"address", allow("'https://orcid.org/0000-0002-1825-0097': read"),
     "slipway.yaml:1:16: `https://orcid.org/0000-0002-1825-0097` in `allow` of `auth`: an ORCID iD is"},
    {"blank", allow("'0000-0002-1825-0097 ': read"),
     "slipway.yaml:1:16: `0000-0002-1825-0097 ` in `allow` of `auth`: an ORCID iD is"},
    {"dashes", allow("'0000–0002–1825–0097': read"), "slipway.yaml:1:16: `0000–0002–1825–0097` in `allow`"},
    {"digits", allow("'０000-0002-1825-0097': read"), "slipway.yaml:1:16: `０000-0002-1825-0097` in `allow`"},
    {"role", allow("0000-0002-1825-0097: root"),
     "slipway.yaml:1:37: `0000-0002-1825-0097` in `allow` of `auth`: expected read, ingest, promote or "
     "admin, but it is `root`"},
    {"list", "auth: {allow: [x]}\n" + std::string(targets),
     "slipway.yaml:1:15: `allow` in `auth`: expected a map"},
    {"unknown", "auth: {alow: {}}\n" + std::string(targets),
     "slipway.yaml:1:8: unknown key `alow` in `auth`"},
    {"no_client", orcid("client_secret_file: s"),
     "slipway.yaml:1:15: `client_id` is missing in `orcid` of `auth`"},
    {"no_secret", orcid("client_id: APP-1"),
     "slipway.yaml:1:15: `client_secret_file` (or `client_secret_env`) is missing in `orcid` of `auth`"},
    {"issuer", orcid(complete + ", issuer: http://orcid.org"),
     "slipway.yaml:1:65: `issuer` in `orcid` of `auth` must be https, unless it is on this machine"},
    {"no_public_url", orcid(complete, "listen: 0.0.0.0:8080\n"),
     "slipway.yaml:1:15: `orcid` of `auth` needs `public_url`: the address that browsers come back to"},
    {"plain_http", orcid(complete, "public_url: http://ingest.example.org\n"),
     "slipway.yaml:2:13: `public_url`: signing in needs https, or http on 127.0.0.1"},
    {"look_alike", orcid(complete, "public_url: http://127.0.0.1.example.org\n"),
     "slipway.yaml:2:13: `public_url`: signing in needs https"},
    {"localhost", orcid(complete, "public_url: http://localhost:8080\n"),
     "slipway.yaml:2:13: `public_url`: ORCID does not go back to localhost; write 127.0.0.1 instead"},
    {"path", orcid(complete, "public_url: https://example.org/slipway\n"),
     "slipway.yaml:2:13: `public_url`: expected a scheme, a host and perhaps a port, and no path"},
    {"no_address", orcid(complete, "public_url: example.org\n"),
     "slipway.yaml:2:13: `public_url`: expected an address that begins with http:// or https://"},
};

class AuthMistakes : public testing::TestWithParam<Mistake> {};
TEST_P(AuthMistakes, IsNamedWithItsPlace) {
  expect_named(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Each, AuthMistakes, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(AuthConfig, IsReadAndShown) {
  const Written file(
      "public_url: https://ingest.example.org/\n" +
      orcid(complete).insert(orcid(complete).find("}}") + 1,
                             ", allow: {0000-0002-1825-0097: promote, 0000-0002-1694-233X: admin}"));
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->public_origin(), "https://ingest.example.org");
  EXPECT_EQ(config->auth.orcid->issuer, "https://orcid.org");
  EXPECT_EQ(config->auth.allow.at("0000-0002-1694-233X").role, Role::admin);
  EXPECT_THAT(with_defaults(*config), HasSubstr("issuer: https://orcid.org"));
  EXPECT_THAT(with_defaults(*config), HasSubstr("0000-0002-1825-0097: promote"));
}

TEST(AuthConfig, OnLoopbackTheAddressIsTheOneListenedOn) {
  EXPECT_EQ(Written(orcid(complete)).load()->public_origin(), "http://127.0.0.1:8080");
  EXPECT_EQ(Written("listen: '[::1]:81'\n" + orcid(complete)).load()->public_origin(), "http://[::1]:81");
  EXPECT_EQ(Written("listen: 0.0.0.0:81\n" + std::string(targets)).load()->public_origin(), "");
}

TEST(AuthSecrets, AreNotRepeated) {
  for (const char* settings :
       {"client_id: a, client_secret: s3cret", "client_id: a, client_secret_env: 's3 cret s3cret'"}) {
    const std::string complaint = Written(orcid(settings)).complaint();
    EXPECT_THAT(complaint, HasSubstr("slipway.yaml:1:")) << settings;
    EXPECT_THAT(complaint, Not(HasSubstr("s3cret"))) << settings;
  }
  EXPECT_THAT(Written("auth: {orcid: s3cret}\n" + std::string(targets)).complaint(),
              Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace slipway::config
