// `serve: restart`: a service that owns the data directory, here a postgres that two scripts stop and start.
#include <sys/stat.h>

#include <fstream>

#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

// As a unit would: on the link, and on its own when the command returns.
constexpr const char* start_body =
    "setsid $(ls -d /usr/lib/postgresql/*/bin | tail -1)/postgres -D \"$SLIPWAY_DATA\" >/dev/null 2>&1 "
    "</dev/null &\n";

// Where the scripts lie; the target's settings name them.
class Scripts {
 public:
  Scripts() {
    char name[] = "/tmp/slipway-service-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("cannot make a folder under /tmp");
    folder_ = name;
    ::chmod(name, 0755);
    write("start", start_body + ("echo start >> " + (folder_ / "told").string()));
    write("stop",
          "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_ctl stop -D \"$SLIPWAY_DATA\" -m fast >/dev/null\n"
          "echo stop >> " +
              (folder_ / "told").string());
    std::ofstream(folder_ / "told").close();
    ::chmod((folder_ / "told").c_str(), 0666);
  }
  ~Scripts() { std::filesystem::remove_all(folder_); }

  std::string settings() const {
    return fmt::format(", serve: {{restart: {{stop: [{}], start: [{}]}}}}", (folder_ / "stop").string(),
                       (folder_ / "start").string());
  }
  std::string told() const {
    std::ifstream file(folder_ / "told");
    std::string all, word;
    while (file >> word) all += (all.empty() ? "" : " ") + word;
    return all;
  }
  void write(const std::string& name, const std::string& body) const {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << body << "\n";
    ::chmod((folder_ / name).c_str(), 0755);
  }

 private:
  Path folder_;
};

TEST(Restart, TheServiceIsStoppedTheLinkMovesAndItStarts) {
  Scripts scripts;
  test::Harbour harbour(scripts.settings());
  const std::string first = harbour.build();
  const Receipt receipt = harbour.promote();
  ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_EQ(harbour.seen(), first);
  const std::string second = harbour.build();
  const Receipt again = harbour.promote();
  ASSERT_EQ(again.outcome, Outcome::promoted) << again.reason;
  EXPECT_EQ(harbour.seen(), second);
  EXPECT_EQ(harbour.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(harbour.seen(), first);
  EXPECT_EQ(scripts.told(), "start stop start stop start");
}

// A stop that says yes and stops nothing: the old server would write into the new cluster.
TEST(Restart, AServiceThatGoesOnIsFoundOutBeforeTheLinkMoves) {
  Scripts scripts;
  test::Harbour harbour(scripts.settings());
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build();
  scripts.write("stop", "exit 0");
  const Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_NE(receipt.reason.find("still work in"), std::string::npos) << receipt.reason;
  EXPECT_EQ(harbour.live(), first);
  EXPECT_EQ(harbour.seen(), first);
}

// A service that cannot be stopped: nothing has happened to live.
TEST(Restart, AServiceThatRefusesToStopLeavesLiveAsItIs) {
  Scripts scripts;
  test::Harbour harbour(scripts.settings());
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build();
  scripts.write("stop", "exit 3");
  const Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_EQ(harbour.seen(), first);
}

// A candidate that the service cannot start on: what was live comes back.
TEST(Restart, AServiceThatDoesNotStartOnItBringsBackWhatWasLive) {
  Scripts scripts;
  test::Harbour harbour(scripts.settings());
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string second = harbour.build();
  scripts.write("start", "case $(readlink \"${SLIPWAY_DATA%/pgdata}\") in *" + second + ") exit 3;; esac\n" +
                             std::string(start_body));
  const Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::rolled_back) << receipt.reason;
  EXPECT_EQ(harbour.live(), first);
  EXPECT_EQ(harbour.seen(), first);
}

}  // namespace
}  // namespace slipway::swap
