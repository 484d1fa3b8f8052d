// What is tried again after an error of PostgreSQL, how often, and how long it waits in between.
#include "base/pg/retry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace slipway::pg {
namespace {

// Time passes by sleeping alone.
class SleepingClock : public Clock {
 public:
  WallTime now() override { return WallTime(passed); }
  Millis steady() override { return passed; }
  void sleep(Millis duration) override {
    passed += duration;
    pauses.push_back(duration);
  }
  Millis passed{0};
  std::vector<Millis> pauses;
};

Error refused(const char* sqlstate) {
  return fail("refused").sqlstate(sqlstate);
}

// Fails so often with that SQLSTATE, then succeeds; how often it was called.
int calls_of(const char* sqlstate, int failures, Repeatable repeatable, const Patience& patience = {}) {
  SleepingClock clock;
  int calls = 0;
  const Result<int> result = retrying(clock, patience, repeatable, [&]() -> Result<int> {
    if (++calls <= failures) return refused(sqlstate);
    return calls;
  });
  EXPECT_EQ(bool(result), calls > failures);
  return calls;
}

TEST(Retrying, WhatWorksIsDoneOnce) {
  EXPECT_EQ(calls_of("40001", 0, Repeatable::no), 1);
}

TEST(Retrying, WhatIsRefusedForTheMomentIsTriedAgain) {
  for (const char* sqlstate : {"40001", "40P01", "55P03", "57P03", "55006", "53300"})
    EXPECT_EQ(calls_of(sqlstate, 3, Repeatable::no), 4) << sqlstate;
}

TEST(Retrying, WhatIsWrongIsNot) {
  for (const char* sqlstate : {"42601", "23505", "57014", ""})
    EXPECT_EQ(calls_of(sqlstate, 3, Repeatable::yes), 1) << sqlstate;
}

TEST(Retrying, ALostConnectionOnlyWhereTheActMayBeRepeated) {
  EXPECT_EQ(calls_of("08006", 2, Repeatable::no), 1);
  EXPECT_EQ(calls_of("08006", 2, Repeatable::yes), 3);
}

TEST(Retrying, EndsAfterSoManyTries) {
  Patience patience;
  patience.tries = 5;
  EXPECT_EQ(calls_of("40001", 100, Repeatable::no, patience), 5);
}

TEST(Retrying, EndsAtItsLimit) {
  Patience patience{1000, Millis(1000), Millis(1000), Millis(10'000)};
  SleepingClock clock;
  const Done done = retrying(clock, patience, Repeatable::no, [&]() -> Done { return refused("40001"); });
  EXPECT_FALSE(done);
  EXPECT_LE(clock.passed, Millis(10'000));
  EXPECT_GE(clock.pauses.size(), 9U);
}

TEST(PauseBefore, DoublesUpToTheLongest) {
  const Patience patience{20, Millis(100), Millis(1000), Millis(60'000)};
  EXPECT_EQ(pause_before(2, patience, 1), Millis(100));
  EXPECT_EQ(pause_before(3, patience, 1), Millis(200));
  EXPECT_EQ(pause_before(5, patience, 1), Millis(800));
  EXPECT_EQ(pause_before(6, patience, 1), Millis(1000));
  EXPECT_EQ(pause_before(1000, patience, 1), Millis(1000));
}

TEST(PauseBefore, IsBetweenHalfAndAll) {
  const Patience patience;
  EXPECT_EQ(pause_before(2, patience, 0), Millis(50));
  EXPECT_EQ(pause_before(2, patience, 0.5), Millis(75));
  for (int i = 0; i < 1000; ++i) {
    const double share = random_share();
    EXPECT_TRUE(share >= 0 && share <= 1) << share;
  }
}

}  // namespace
}  // namespace slipway::pg
