// A burst, then so many a second, each caller for itself.
#include "daemon/api/rate_limit.hpp"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

class StillClock : public Clock {
 public:
  WallTime now() override { return {}; }
  Millis steady() override { return at; }
  void sleep(Millis) override {}
  Millis at{1000};
};

TEST(RateLimit, GivesABurstAndThenSoManyASecond) {
  StillClock clock;
  RateLimit limit({3, 0.5}, clock);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.take("maria")) << i;
  EXPECT_EQ(limit.take("maria"), 2) << "seconds until the next";
  EXPECT_FALSE(limit.take("joe")) << "another caller's";
  clock.at += Millis(1000);
  EXPECT_EQ(limit.take("maria"), 1);
  clock.at += Millis(1000);
  EXPECT_FALSE(limit.take("maria"));
  EXPECT_EQ(limit.take("maria"), 2);
  clock.at += Millis(3'600'000);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.take("maria")) << "never more than the burst";
  EXPECT_TRUE(limit.take("maria"));
}

TEST(RateLimit, ForgetsWhoHasNotAskedForLong) {
  StillClock clock;
  RateLimit limit({1, 1}, clock);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(limit.take(std::to_string(i)));
    clock.at += Millis(5000);
  }
  EXPECT_LE(limit.callers(), 10'001u);
}

}  // namespace
}  // namespace slipway::api
