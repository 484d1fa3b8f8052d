// Promotions for later, as the daemon's tick starts them.
#include "swap/promote/schedule.hpp"

#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

Order order() {
  Order order;
  order.actor = "maria";
  return order;
}

Done tick(const test::Harbour& harbour) {
  return promote_due(real_seams(), harbour.config(), harbour.home());
}

TEST(Schedule, PromotesAtItsTimeAndNotBefore) {
  test::Harbour harbour;
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string second = harbour.build();
  const std::int64_t soon = epoch_ms(real_clock().now()) + 3'000;
  ASSERT_EQ(test::must(schedule(harbour.context(), order(), soon)).id, second);
  EXPECT_FALSE(schedule(harbour.context(), order(), soon)) << "one at a time";
  test::must(tick(harbour));
  EXPECT_EQ(harbour.live(), first);
  while (epoch_ms(real_clock().now()) < soon) real_clock().sleep(Millis(50));
  test::must(tick(harbour));
  EXPECT_EQ(harbour.live(), second);
  EXPECT_EQ(harbour.seen(), second);
  EXPECT_EQ(test::must(harbour.volume().read_journal()).attempt->actor, "maria (scheduled)");
  test::must(tick(harbour));  // and only once
  EXPECT_EQ(test::must(harbour.volume().read_journal()).epoch, 2);
}

TEST(Schedule, TakenBackItDoesNotHappen) {
  test::Harbour harbour;
  harbour.build();
  test::must(schedule(harbour.context(), order(), epoch_ms(real_clock().now()) + 1));
  EXPECT_TRUE(test::must(cancel_scheduled(harbour.context(), "maria")));
  EXPECT_FALSE(test::must(cancel_scheduled(harbour.context(), "maria")));
  real_clock().sleep(Millis(5));
  test::must(tick(harbour));
  EXPECT_EQ(harbour.live(), "");
}

// Whoever has promoted since did not know of it; and a daemon that was away does not surprise anybody.
TEST(Schedule, NotOntoAnotherLiveAndNotHoursLate) {
  test::Harbour harbour;
  harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build();
  test::must(schedule(harbour.context(), order(), epoch_ms(real_clock().now()) + 1));
  const std::string third = harbour.build();
  ASSERT_EQ(harbour.promote(third).outcome, Outcome::promoted);
  test::must(tick(harbour));
  EXPECT_EQ(harbour.live(), third);
  harbour.build();
  test::must(schedule(harbour.context(), order(), epoch_ms(real_clock().now()) - 3'600'000));
  test::must(tick(harbour));
  EXPECT_EQ(harbour.live(), third);
  EXPECT_FALSE(test::must(harbour.volume().read_journal()).scheduled);
}

}  // namespace
}  // namespace slipway::swap
