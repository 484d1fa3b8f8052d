// `tls` and `trusted_proxies`: what they say, and what is wrong with them.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

constexpr const char* targets = "targets: {portal: {mode: volume}}\n";

const Mistake cases[] = {
    {"no_key", std::string("tls: {cert_file: a.pem}\n") + targets,
     "slipway.yaml:1:6: `key_file` is missing in `tls`"},
    {"tls_text", std::string("tls: a.pem\n") + targets, "slipway.yaml:1:6: `tls`"},
    {"tls_key", std::string("tls: {cert_file: a, key_file: b, port: 1}\n") + targets,
     "slipway.yaml:1:34: unknown key `port` in `tls`"},
    {"proxy_name", std::string("trusted_proxies: [proxy.example.org]\n") + targets,
     "slipway.yaml:1:19: `trusted_proxies`: expected addresses or networks"},
    {"proxy_bits", std::string("trusted_proxies: [10.0.0.0/33]\n") + targets,
     "slipway.yaml:1:19: `trusted_proxies`: expected addresses or networks"},
    {"proxy_map", std::string("trusted_proxies: {a: b}\n") + targets,
     "slipway.yaml:1:18: `trusted_proxies`: expected a list"},
};

class HttpMistake : public testing::TestWithParam<Mistake> {};

TEST_P(HttpMistake, IsNamed) {
  expect_named(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, HttpMistake, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ConfigHttp, FilesAreFoundFromTheConfigsFolderAndProxiesAreKept) {
  const Written file(std::string("tls: {cert_file: a.pem, key_file: /etc/b.pem}\n"
                                 "trusted_proxies: [10.0.0.0/8, '::1']\n") +
                     targets);
  const auto config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->tls->cert_file, config->folder / "a.pem");
  EXPECT_EQ(config->tls->key_file, "/etc/b.pem");
  EXPECT_EQ(config->trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
}

}  // namespace
}  // namespace slipway::config
