// Bringing everything up that a config names, where not all of it can come.
#include "swap/servers/up.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <optional>
#include <thread>

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

// A killed process is found a little longer, and its port is in use still longer.
TEST(Up, AServerAndItsPoolerComeBackHoweverShortlyAgoTheyWereKilled) {
  test::Harbour harbour;
  const std::string live = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  for (int round = 0; round < 10; ++round) {
    const auto server = test::must(find_server(real_seams(), harbour.volume().cluster(live)));
    const auto pooler = test::must(running(pooler_of(harbour.home(), harbour.target())));
    ASSERT_TRUE(server && pooler);
    test::must(send_signal(*server, SIGKILL));
    test::must(send_signal(*pooler, SIGKILL));
    test::must(harbour.volume().serve());
    EXPECT_EQ(harbour.seen(), live);
  }
}

TEST(Up, APoolerWaitsForItsPortToBeClosed) {
  test::Harbour harbour;
  const std::string live = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  test::must(stop(pooler_of(harbour.home(), harbour.target())));
  std::optional<test::Listener> closing(harbour.port());
  std::jthread later([&] {
    real_clock().sleep(Millis(300));
    closing.reset();
  });
  test::must(harbour.volume().serve());
  later.join();
  EXPECT_EQ(harbour.seen(), live);
}

}  // namespace
}  // namespace slipway::swap
