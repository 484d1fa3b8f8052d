// The registry on a real server: who holds a target, what is lost with the session that did, and the tables.
#include "swap/registry/registry.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "tests/support/child.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/end_session.hpp"

namespace slipway::swap {
namespace {

// A pooler of somebody's, on a socket, in that pool mode.
class Pooler {
 public:
  Pooler(const std::string& folder, const std::string& mode) : folder_(folder + "/" + mode) {
    std::filesystem::create_directory(folder_);
    std::ofstream(folder_ + "/ini") << "[databases]\n* = host=" << folder
                                    << " port=5432 user=postgres\n[pgbouncer]\nlisten_addr =\n"
                                       "listen_port = 6432\nauth_type = any\npool_mode = "
                                    << mode << "\nunix_socket_dir = " << folder_ << "\n";
    process_ = std::make_unique<test::Child>(
        std::vector<std::string>{"/usr/sbin/pgbouncer", "-q", folder_ + "/ini"}, folder_ + "/log");
    for (int tries = 0; tries < 600 && !pg::Session::open(server() + " dbname=postgres"); ++tries)
      real_clock().sleep(Millis(50));
  }
  std::string server() const { return "host=" + folder_ + " port=6432 user=postgres"; }

 private:
  std::string folder_;
  std::unique_ptr<test::Child> process_;
};

class Registries : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = new test::Cluster; }
  static void TearDownTestSuite() { delete cluster_; }

  void SetUp() override {
    database_ = "registry_" + std::to_string(++count_);
    admin_.emplace(cluster_->session());
  }

  RegistryPlace place(const std::string& role = "postgres") const {
    return {config::Mode::database, "portal", "host=" + cluster_->folder() + " port=5432 user=" + role,
            "postgres", database_};
  }
  Registry registry() const { return {real_seams(), place()}; }
  // Ends the session behind that token, as an administrator or a crash would.
  void kill_session(const std::string& token) {
    test::end_session(*admin_, token.substr(0, token.find('.')));
  }

  static Journal journal(long long epoch, Step state = Step::planned) {
    Journal made;
    made.epoch = epoch;
    made.attempt.emplace();
    made.attempt->epoch = epoch;
    made.attempt->kind = "promote";
    made.attempt->to = "20260101T000000Z";
    made.attempt->state = state;
    made.attempt->lease = {boot_id(), this_process(), {}, epoch_ms(real_clock().now()) + 600'000};
    return made;
  }

  static inline test::Cluster* cluster_ = nullptr;
  static inline int count_ = 0;
  std::string database_;
  std::optional<pg::Session> admin_;
};

TEST_F(Registries, WhoeverOnlyLooksFindsNothingAndMakesNothing) {
  Registry one = registry();
  EXPECT_EQ(one.read_journal()->epoch, 0);
  EXPECT_TRUE(one.snapshots()->empty());
  EXPECT_TRUE(one.receipts()->empty());
  EXPECT_TRUE(admin_->query("select 1 from pg_database where datname = $1", {database_})->empty());
}

TEST_F(Registries, APoolerIsRefusedInEveryPoolMode) {
  for (const std::string mode : {"session", "transaction", "statement"}) {
    const Pooler pooler(cluster_->folder(), mode);
    ASSERT_TRUE(pg::Session::open(pooler.server() + " dbname=postgres")) << mode;
    RegistryPlace behind = place();
    behind.server = pooler.server();
    const Done held = Registry(real_seams(), behind).hold("test");
    ASSERT_FALSE(held) << mode;
    EXPECT_NE(held.error().text().find("is a pooler"), std::string::npos) << held.error().text();
    EXPECT_EQ(held.error().kind(), Kind::usage);
  }
  EXPECT_TRUE(open_direct(real_seams(), place().server, "postgres"));
}

TEST_F(Registries, ManyMakeItAtOnceAndItIsMadeOnce) {
  std::vector<std::thread> makers;
  std::atomic<int> failed = 0;
  for (int maker = 0; maker < 8; ++maker)
    makers.emplace_back([&] {
      Registry one = registry();
      const Done made = one.make();
      if (!made) ADD_FAILURE() << made.error().text();
      if (!made) ++failed;
    });
  for (std::thread& maker : makers) maker.join();
  EXPECT_EQ(failed, 0);
}

TEST_F(Registries, ANewerVersionIsRefused) {
  Registry one = registry();
  ASSERT_TRUE(one.make());
  ASSERT_TRUE(cluster_->session(database_).script("insert into slipway.version (number) values (99)"));
  const Done looked = registry().hold("test");
  ASSERT_FALSE(looked);
  EXPECT_NE(looked.error().text().find("newer Slipway"), std::string::npos) << looked.error().text();
  EXPECT_FALSE(registry().read_journal());
}

TEST_F(Registries, ARoleThatMayNotMakeItIsToldWhatItNeeds) {
  ASSERT_TRUE(admin_->script("drop role if exists poor; create role poor login"));
  Registry one(real_seams(), place("poor"));
  const Done made = one.make();
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().next_step().find("CREATEDB"), std::string::npos) << made.error().text();
}

TEST_F(Registries, TheJournalComesBackAndAnAlteredOneIsRefused) {
  Registry one = registry();
  ASSERT_TRUE(one.hold("test"));
  ASSERT_TRUE(one.write_journal(journal(7)));
  ASSERT_TRUE(one.keep_receipt(7, "{}"));
  EXPECT_EQ(registry().read_journal()->epoch, 7);
  EXPECT_EQ(registry().receipts()->size(), 1u);
  ASSERT_TRUE(cluster_->session(database_).script(
      "update slipway.target set journal = replace(journal, '\"epoch\": 7', '\"epoch\": 8')"));
  const Result<Journal> altered = registry().read_journal();
  ASSERT_FALSE(altered);
  EXPECT_NE(altered.error().text().find("checksum"), std::string::npos) << altered.error().text();
}

TEST_F(Registries, TheSecondHolderIsToldOfTheFirst) {
  Registry first = registry(), second = registry();
  ASSERT_TRUE(first.hold("maria"));
  const Done held = second.hold("peter");
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().kind(), Kind::busy);
  EXPECT_NE(held.error().what().find("maria"), std::string::npos) << held.error().text();
  first.release();
  EXPECT_TRUE(second.hold("peter"));
}

TEST_F(Registries, AHolderFromElsewhereLosesItsSessionWithItsLease) {
  Registry first = registry(), second = registry();
  ASSERT_TRUE(first.hold("maria"));
  Journal theirs = journal(3);
  theirs.attempt->lease.boot_id = "another host";
  theirs.attempt->lease.promoter = {1, 1};
  ASSERT_TRUE(first.write_journal(theirs));
  EXPECT_EQ(second.hold("peter").error().kind(), Kind::busy);
  theirs.attempt->lease.deadline_ms = 1;
  ASSERT_TRUE(first.write_journal(theirs));
  const Done held = second.hold("peter");
  ASSERT_TRUE(held) << held.error().text();
  EXPECT_FALSE(first.write_journal(theirs));
  EXPECT_EQ(first.write_journal(theirs).error().kind(), Kind::busy);
}

TEST_F(Registries, AStoppedHolderOfThisHostIsKilledAfterItsLease) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Registry one = registry();
    Journal mine = journal(3);
    mine.attempt->lease.promoter = this_process();
    mine.attempt->lease.deadline_ms = 1;
    const bool ok = one.hold("child") && one.write_journal(mine);
    (void)!::write(ready[1], ok ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  ::kill(child, SIGSTOP);
  Registry other = registry();
  const Done held = other.hold("peter");
  EXPECT_TRUE(held) << held.error().text();
  int status = 0;
  if (!held) ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(Registries, ALostSessionIsAnErrorOnceAndThenTheLockIsTakenAgain) {
  Registry one = registry(), other = registry();
  ASSERT_TRUE(one.hold("maria"));
  ASSERT_TRUE(one.write_journal(journal(1)));
  const std::string token = *one.token();
  kill_session(token);
  EXPECT_FALSE(one.write_journal(journal(1)));
  EXPECT_TRUE(one.write_journal(journal(1)));
  EXPECT_NE(*one.token(), token);
  EXPECT_EQ(other.hold("peter").error().kind(), Kind::busy);
}

TEST_F(Registries, ALostSessionIsNotRegainedWhereSomebodyElsePromotedSince) {
  Registry one = registry();
  ASSERT_TRUE(one.hold("maria"));
  ASSERT_TRUE(one.write_journal(journal(1)));
  kill_session(*one.token());
  {
    Registry other = registry();
    ASSERT_TRUE(other.hold("peter"));
    ASSERT_TRUE(other.write_journal(journal(2, Step::aborted)));
  }
  EXPECT_FALSE(one.write_journal(journal(1)));
  EXPECT_EQ(one.write_journal(journal(1)).error().kind(), Kind::busy);
  EXPECT_EQ(registry().read_journal()->epoch, 2);
}

TEST_F(Registries, RevokedThenSwitchedDoesNothing) {
  Registry one = registry(), other = registry();
  ASSERT_TRUE(one.hold("maria"));
  ASSERT_TRUE(one.write_journal(journal(1)));
  const std::string token = *one.token();
  ASSERT_TRUE(other.revoke(token));
  const Done switched =
      one.switch_with(token, journal(1, Step::switched), Millis(5000), [](pg::Session&) { return Done(); });
  EXPECT_FALSE(switched);
  EXPECT_EQ(registry().read_journal()->attempt->state, Step::planned);
}

TEST_F(Registries, SwitchedThenRevokedStaysSwitched) {
  Registry one = registry(), other = registry();
  ASSERT_TRUE(one.hold("maria"));
  const std::string token = *one.token();
  ASSERT_TRUE(one.revoke(token));  // our own, and alive
  ASSERT_TRUE(
      one.switch_with(token, journal(1, Step::switched), Millis(5000), [](pg::Session& session) -> Done {
        TRY(session.script("create table public.done ()"));
        return {};
      }));
  ASSERT_TRUE(other.revoke(token));
  ASSERT_TRUE(other.revoke(token));
  EXPECT_EQ(registry().read_journal()->attempt->state, Step::switched);
  EXPECT_FALSE(one.write_journal(journal(1)));
}

TEST_F(Registries, ASessionKilledInsideTheSwitchLeavesNeitherHalf) {
  Registry one = registry();
  ASSERT_TRUE(one.hold("maria"));
  ASSERT_TRUE(one.write_journal(journal(1)));
  const std::string token = *one.token();
  const Done switched =
      one.switch_with(token, journal(1, Step::switched), Millis(5000), [&](pg::Session& session) -> Done {
        TRY(session.script("create table public.half ()"));
        kill_session(token);
        return {};
      });
  EXPECT_FALSE(switched);
  EXPECT_EQ(one.read_journal()->attempt->state, Step::planned);
  EXPECT_TRUE(cluster_->session(database_).query("select to_regclass('public.half') is null")->truth(0, 0));
  EXPECT_TRUE(one.write_journal(journal(1, Step::aborted)));  // it is ours again
}

TEST_F(Registries, AStatementOfTheSwitchIsBounded) {
  Registry one = registry();
  ASSERT_TRUE(one.hold("maria"));
  const Done switched =
      one.switch_with(*one.token(), journal(1), Millis(100), [](pg::Session& session) -> Done {
        TRY(session.script("select pg_sleep(600)"));
        return {};
      });
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().sqlstate(), "57014");
  EXPECT_TRUE(one.write_journal(journal(1)));
}

TEST_F(Registries, IdsOnlyGoUp) {
  Registry one = registry();
  ASSERT_TRUE(one.make());
  const std::string first = *one.reserve_id("");
  const std::string second = *one.reserve_id("");
  const std::string third = *one.reserve_id("29991231T000000Z");
  EXPECT_LT(first, second);
  EXPECT_EQ(third, "29991231T000001Z");
  EXPECT_GT(*one.reserve_id(""), third);
}

TEST_F(Registries, SnapshotsAreKeptAndABuildersLockEndsWithIt) {
  Registry one = registry(), other = registry();
  ASSERT_TRUE(one.make());
  SnapshotRow row;
  row.manifest.id = *one.reserve_id("");
  row.manifest.build_uuid = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
  row.manifest.rows["cargo"] = 3;
  row.oid = 4294967295u;
  ASSERT_TRUE(one.put(row));
  row.buried = true;
  ASSERT_TRUE(one.put(row));
  const std::optional<SnapshotRow> found = *other.snapshot(row.manifest.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->oid, row.oid);
  EXPECT_TRUE(found->buried);
  EXPECT_EQ(found->manifest.rows, row.manifest.rows);
  {
    const std::optional<LockSession> builder = *one.try_build_lock(row.manifest.id);
    ASSERT_TRUE(builder);
    EXPECT_FALSE(*other.try_build_lock(row.manifest.id));
    EXPECT_TRUE(*other.try_build_lock("20260101T000000Z"));
  }
  EXPECT_TRUE(*other.try_build_lock(row.manifest.id));
  ASSERT_TRUE(one.forget(row.manifest.id));
  EXPECT_TRUE(other.snapshots()->empty());
}

}  // namespace
}  // namespace slipway::swap
