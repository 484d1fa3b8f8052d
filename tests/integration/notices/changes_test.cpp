// Changes that the audit is told of later: kept on disk, entered once, and known also where they were cut
// short.
#include "swap/notices/changes.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/must.hpp"

namespace slipway::swap {
namespace {

using test::must;

class Changes : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override {
    must(migrations::migrate(cluster->conninfo(database)));
    char folder[] = "/tmp/slipway-test-XXXXXX";
    ASSERT_TRUE(::mkdtemp(folder));
    home.path = folder;
  }
  void TearDown() override { std::filesystem::remove_all(home.path); }

  KeptChange begin(const std::string& action) {
    return must(KeptChange::begin(seams, home, {"maria", action, "target portal"}));
  }
  std::string audit() {
    return must(control.query("select coalesce(string_agg(action || ' ' || outcome, ', ' order by at), '')"
                              " from slipway.audit"))
        .string(0, 0);
  }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session control = cluster->session(database);
  const Seams seams = real_seams();
  Home home;
};

TEST_F(Changes, AreEnteredOnceWithTheTimeThatTheyHad) {
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "");
  must(begin("snapshot.pin").end("done"));
  must(begin("target.prune").end("done", R"({"removed":["x"]})"));
  must(begin("target.adopt").end("refused"));
  must(begin("target.prune").forget());
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "snapshot.pin done, target.prune done, target.adopt refused");
  EXPECT_TRUE(must(control.query("select bool_and(at <= now() and origin = 'command') from slipway.audit"))
                  .truth(0, 0));
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "snapshot.pin done, target.prune done, target.adopt refused");
  EXPECT_TRUE(must(seams.files.list(changes_folder(home))).empty());
}

// Killed between the commit and the removal of its file: the file comes again.
TEST_F(Changes, ThatComeAgainCountOnce) {
  must(begin("snapshot.pin").end("done"));
  const Path folder = changes_folder(home);
  const Path file = folder / must(seams.files.list(folder)).front();
  const std::string content = must(seams.files.read(file));
  must(enter_changes(control, seams, home));
  must(seams.files.write(file, content));
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "snapshot.pin done");
}

TEST_F(Changes, WaitWhileSomebodyIsAtThemAndAreKnownWhereTheyWereCutShort) {
  KeptChange own = begin("snapshot.pin");
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "") << "still at work";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto begun = KeptChange::begin(seams, home, {"maria", "target.adopt", "target portal"});
    ::_exit(begun ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  must(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "target.adopt unknown");
  must(own.end("done"));
  must(enter_changes(control, seams, home));
  EXPECT_EQ(must(control.query("select count(*) from slipway.audit")).number(0, 0), 2);
}

TEST_F(Changes, OneThatCannotBeReadIsSaidAndKeepsTheOthersFromNothing) {
  must(begin("snapshot.pin").end("done"));
  must(seams.files.write(changes_folder(home) / "00000000.json", "nonsense"));
  EXPECT_FALSE(enter_changes(control, seams, home));
  EXPECT_EQ(audit(), "snapshot.pin done");
}

}  // namespace
}  // namespace slipway::swap
