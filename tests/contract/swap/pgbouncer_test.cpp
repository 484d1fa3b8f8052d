// What only a PgBouncer of somebody else's can do to us: its settings, its users, its session pooling.
#include "swap/quiesce/pgbouncer.hpp"

#include <gmock/gmock.h>

#include "tests/support/cluster.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pgbouncer.hpp"

namespace slipway {
namespace {

using test::must;
using testing::HasSubstr;

class PgBouncer : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new test::Cluster(); }
  static void TearDownTestSuite() { delete std::exchange(server_, nullptr); }

  static test::PgBouncerPlan plan(const std::string& settings) {
    return {server_->conninfo(), {"portal", "portal_read"}, 0, settings};
  }
  static std::unique_ptr<swap::Quiescer> of(const std::string& admin,
                                            std::vector<std::string> databases = {}) {
    config::PgBouncerQuiesce step;
    step.admin.value = admin;
    step.databases = std::move(databases);
    return swap::pgbouncer_quiescer(real_seams(), step, "portal", Millis(60'000));
  }

  static inline test::Cluster* server_ = nullptr;
};

TEST_F(PgBouncer, WarnsOfSettingsThatMakeASwitchFelt) {
  const test::PgBouncerProcess pooler(
      plan("pool_mode = session\nserver_login_retry = 15\nmin_pool_size = 3\nauth_user = admin\n"
           "query_wait_timeout = 20\n"));
  const std::vector<std::string> lines = must(of(pooler.admin())->look());
  EXPECT_THAT(lines,
              testing::ElementsAre(HasSubstr("server_login_retry is 15 s"), HasSubstr("min_pool_size is 3"),
                                   HasSubstr("portal has pool_mode session"), HasSubstr("auth_user"),
                                   HasSubstr("query_wait_timeout is 20 s")));
}

TEST_F(PgBouncer, RefusesOneWhoMayOnlyLook) {
  const test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  const auto looked = of(pooler.conninfo("watcher", "pgbouncer"))->look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().text(), HasSubstr("admin_users"));
}

TEST_F(PgBouncer, NamesTheDatabasesThatItHas) {
  const test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  const auto looked = of(pooler.admin(), {"portal", "nowhere"})->look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().text(), HasSubstr("has no database nowhere"));
  EXPECT_THAT(looked.error().text(), HasSubstr("portal_read"));
}

// Such a one lists a database only once somebody has named it.
TEST_F(PgBouncer, MayServeEveryDatabaseByAStar) {
  test::PgBouncerPlan any = plan("pool_mode = transaction\n");
  any.server.erase(any.server.find(" dbname="));
  any.databases = {"*"};
  const test::PgBouncerProcess pooler(any);
  const auto quiescer = of(pooler.admin(), {"postgres"});
  must(quiescer->look());
  const std::string memo = must(quiescer->remember());
  must(quiescer->pause(memo, Millis(20'000)));
  EXPECT_FALSE(of(pooler.admin(), {"postgres"})->remember());
  must(quiescer->resume(memo, Millis(20'000)));
  pg::Session client = must(pg::Session::open(pooler.door("postgres")));
  must(client.query("select 1"));
}

TEST_F(PgBouncer, ClosesItsClientsWhileItIsPausedAndServesNewOnes) {
  const test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  pg::Session stays = must(pg::Session::open(pooler.door()));
  must(stays.query("select 1"));
  const auto quiescer = of(pooler.admin());
  const std::string memo = must(quiescer->remember());
  must(quiescer->pause(memo, Millis(20'000)));
  must(quiescer->close_clients(Millis(20'000)));
  must(quiescer->resume(memo, Millis(20'000)));
  EXPECT_FALSE(stays.query("select 1"));
  pg::Session comes = must(pg::Session::open(pooler.door()));
  must(comes.query("select 1"));
}

TEST_F(PgBouncer, IsNotAServer) {
  const auto looked = of(server_->conninfo())->look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().text(), HasSubstr("dbname=pgbouncer"));
}

TEST_F(PgBouncer, LeavesAPauseOfSomebodyElseAlone) {
  const test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  pg::Session admin = must(pg::Session::open(pooler.admin()));
  must(admin.console("PAUSE portal"));
  const auto remembered = of(pooler.admin())->remember();
  ASSERT_FALSE(remembered);
  EXPECT_THAT(remembered.error().text(), HasSubstr("paused"));
  // It is still theirs: their RESUME is no error.
  must(admin.console("RESUME portal"));
}

TEST_F(PgBouncer, NamesTheClientsThatStayUnderSessionPooling) {
  const test::PgBouncerProcess pooler(plan("pool_mode = session\n"));
  pg::Session stays = must(pg::Session::open(pooler.door()));
  must(stays.query("select 1"));
  const Done paused = of(pooler.admin())->pause("portal", Millis(12'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(exit_code(paused.error().kind()), 1);
  EXPECT_THAT(paused.error().text(), HasSubstr("these clients stay: client@127.0.0.1:"));
  must(stays.query("select 1"));
}

TEST_F(PgBouncer, ThatDiedBeforeThePauseHoldsNothing) {
  test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  const auto quiescer = of(pooler.admin());
  const std::string memo = must(quiescer->remember());
  pooler.kill();
  const Done paused = quiescer->pause(memo, Millis(12'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::failed) << paused.error().text();
}

TEST_F(PgBouncer, ThatWasKilledWhilePausedComesUpUnpausedAndThatIsFine) {
  test::PgBouncerProcess pooler(plan("pool_mode = transaction\n"));
  const auto quiescer = of(pooler.admin());
  must(quiescer->pause("portal", Millis(20'000)));
  pooler.kill();
  EXPECT_FALSE(quiescer->resume("portal", Millis(2000)));
  pooler.start();
  must(quiescer->resume("portal", Millis(20'000)));
}

}  // namespace
}  // namespace slipway
