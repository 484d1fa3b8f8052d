// Bringing everything up that a config names, where not all of it can come.
#include "swap/servers/up.hpp"

#include <gmock/gmock.h>

#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

using testing::HasSubstr;

// A target that the config has beside the harbour's own.
constexpr const char* away =
    "}\n  away: {mode: database, server: \"host=/nowhere user=nobody dbname=postgres\"";

TEST(Up, AServerOfSomebodyElseThatIsAwayKeepsNoOtherTargetDown) {
  test::Harbour harbour(away);
  ASSERT_EQ(harbour.config().targets.size(), 2u);
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  test::must(servers_down(real_seams(), harbour.config(), harbour.home()));
  test::must(servers_up(real_seams(), harbour.config(), harbour.home()));
  EXPECT_EQ(harbour.seen(), first);
}

TEST(Up, ATargetOfOursThatCannotComeUpIsAnErrorThatNamesIt) {
  test::Harbour harbour(away);
  harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  test::must(servers_down(real_seams(), harbour.config(), harbour.home()));
  const test::Listener taken(harbour.port());
  const Done up = servers_up(real_seams(), harbour.config(), harbour.home());
  ASSERT_FALSE(up);
  EXPECT_THAT(up.error().text(), HasSubstr("portal"));
}

}  // namespace
}  // namespace slipway::swap
