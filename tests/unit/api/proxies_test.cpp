// X-Forwarded-For and X-Forwarded-Proto: believed of named proxies alone.
#include "daemon/http/proxies.hpp"

#include <gtest/gtest.h>

namespace slipway::http {
namespace {

const std::vector<Network> proxies = {*Network::parse("10.0.0.0/8"), *Network::parse("127.0.0.1")};

Request through(const std::string& remote, const Headers& headers) {
  Request request;
  request.remote = remote;
  request.headers = headers;
  believe(request, proxies);
  return request;
}

std::string client(const std::string& remote, const std::string& forwarded) {
  return through(remote, {{"x-forwarded-for", forwarded}}).remote;
}

TEST(Proxies, TheClientIsTheLastThatIsNoProxy) {
  EXPECT_EQ(client("10.0.0.1", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client("10.0.0.1", "203.0.113.9, 192.0.2.7, 10.2.2.2"), "192.0.2.7")
      << "what came before may be made up";
  EXPECT_EQ(client("127.0.0.1", "10.3.3.3,10.2.2.2"), "10.3.3.3") << "all of them proxies: the first";
  EXPECT_EQ(client("10.0.0.1", "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(
      through("10.0.0.1", {{"x-forwarded-for", "203.0.113.9"}, {"x-forwarded-for", "192.0.2.7"}}).remote,
      "192.0.2.7");
}

TEST(Proxies, OthersAreNotBelieved) {
  EXPECT_EQ(client("192.0.2.1", "127.0.0.1"), "192.0.2.1");
  EXPECT_FALSE(through("192.0.2.1", {{"x-forwarded-proto", "https"}}).secure);
  Request none;
  none.remote = "127.0.0.1";
  none.headers = {{"x-forwarded-for", "192.0.2.7"}};
  believe(none, {});
  EXPECT_EQ(none.remote, "127.0.0.1");
}

TEST(Proxies, NonsenseIsNoAddress) {
  for (const char* text : {"", "unknown", "192.0.2.7:80", "10.0.0.0/8", "a\tb", ",", "192.0.2.7,"})
    EXPECT_EQ(client("10.0.0.1", text), "10.0.0.1") << text;
  EXPECT_EQ(client("10.0.0.1", "nonsense, 192.0.2.7"), "192.0.2.7");
}

TEST(Proxies, SayWhetherItWasEncrypted) {
  EXPECT_TRUE(through("10.0.0.1", {{"x-forwarded-proto", "https"}}).secure);
  EXPECT_FALSE(through("10.0.0.1", {{"x-forwarded-proto", "http"}}).secure);
  EXPECT_FALSE(through("10.0.0.1", {{"x-forwarded-proto", "https, http"}}).secure);
}

}  // namespace
}  // namespace slipway::http
