// Ranges of addresses: what they hold, and what is none.
#include "base/network.hpp"

#include <gtest/gtest.h>

namespace slipway {
namespace {

TEST(Network, HoldsItsAddressesAndNoOther) {
  const auto ten = Network::parse("10.0.0.0/8");
  ASSERT_TRUE(ten);
  EXPECT_TRUE(ten->contains("10.255.0.1"));
  EXPECT_TRUE(ten->contains("::ffff:10.0.0.1")) << "IPv4 in IPv6 clothes";
  for (const char* other : {"11.0.0.0", "::1", "", "10.0.0", "10.0.0.1.1", "host"})
    EXPECT_FALSE(ten->contains(other)) << other;
  const auto odd = Network::parse("192.168.16.0/20");
  EXPECT_TRUE(odd->contains("192.168.31.255"));
  EXPECT_FALSE(odd->contains("192.168.32.0"));
  const auto six = Network::parse("2001:db8::/33");
  EXPECT_TRUE(six->contains("2001:db8:7fff::1"));
  EXPECT_FALSE(six->contains("2001:db8:8000::1"));
  EXPECT_TRUE(Network::parse("127.0.0.1")->contains("127.0.0.1"));
  EXPECT_FALSE(Network::parse("127.0.0.1")->contains("127.0.0.2"));
  EXPECT_TRUE(Network::parse("::/0")->contains("2001:db8::1"));
  EXPECT_TRUE(is_loopback_address("127.8.8.8"));
  EXPECT_TRUE(is_loopback_address("::ffff:127.0.0.1"));
  EXPECT_FALSE(is_loopback_address("128.0.0.1"));
}

TEST(Network, RefusesWhatIsNone) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/8/8",
                           "::1/129", "localhost", "10.0.0.0 /8", "1.2.3"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

}  // namespace
}  // namespace slipway
