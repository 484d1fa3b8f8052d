// Times as people give them to `swap promote --at`.
#include "swap/promote/schedule.hpp"

#include <gtest/gtest.h>

namespace slipway::swap {
namespace {

const WallTime now = from_epoch_ms(1'795'000'000'000);  // 2026-11-18T11:06:40Z

TEST(TimeOfSchedule, AbsoluteInUtc) {
  EXPECT_EQ(*time_ms_from("2026-11-22T03:00Z", now), 1'795'316'400'000);
  EXPECT_EQ(*time_ms_from("2026-11-22T03:00:30Z", now), 1'795'316'430'000);
}

TEST(TimeOfSchedule, FromNowOn) {
  EXPECT_EQ(*time_ms_from("+90s", now), 1'795'000'090'000);
  EXPECT_EQ(*time_ms_from("+30m", now), 1'795'001'800'000);
  EXPECT_EQ(*time_ms_from("+2h", now), 1'795'007'200'000);
  EXPECT_EQ(*time_ms_from("+1d", now), 1'795'086'400'000);
}

TEST(TimeOfSchedule, WhatIsNoTimeOrOutOfReachIsAUsageError) {
  for (const char* text : {"", "now", "03:00", "2026-11-22 03:00", "2026-11-22T03:00", "2026-11-22T03:00Zz",
                           "+", "+5", "+5w", "+5mm", "-5m", "+99999999999999999999s", "2026-02-30T03:00Z",
                           "2026-11-31T03:00Z", "2020-01-01T00:00Z", "2036-01-01T00:00Z", "+500d"}) {
    const Result<std::int64_t> time = time_ms_from(text, now);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().kind(), Kind::usage) << text;
  }
}

}  // namespace
}  // namespace slipway::swap
