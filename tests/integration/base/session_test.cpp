// A session against a real server that is stopped, killed or slow: every call is bounded, errors say what
// happened, and nothing ever reconnects.
#include "base/pg/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "base/pg/sqlstate.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::pg {
namespace {

using testing::HasSubstr;
using testing::Not;

class SessionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }

  static pid_t postmaster() {
    std::ifstream file(cluster->folder() + "/data/postmaster.pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
  }

  static Session open(Millis call_limit = Millis(30'000)) {
    Options options;
    options.call_limit = call_limit;
    Result<Session> session = Session::open(cluster->conninfo(), options);
    if (!session) throw std::runtime_error(session.error().text());
    return std::move(*session);
  }

  static std::unique_ptr<test::Cluster> cluster;
};
std::unique_ptr<test::Cluster> SessionTest::cluster;

// Stops a process for as long as it lives.
class Stopped {
 public:
  explicit Stopped(pid_t pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }
  ~Stopped() { ::kill(pid_, SIGCONT); }
  Stopped(const Stopped&) = delete;

 private:
  pid_t pid_;
};

// Far more than any of the limits below, far less than for ever.
constexpr Seconds bounded{20};

class Watch {
 public:
  ~Watch() { EXPECT_LT(std::chrono::steady_clock::now() - began_, bounded) << "it was held"; }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

TEST_F(SessionTest, QueriesWithParameters) {
  Session session = open();
  const Result<Rows> rows =
      session.query("select $1::text, $2::int + 1, $3::text", {"it's", "41", std::nullopt});
  ASSERT_TRUE(rows) << rows.error().text();
  EXPECT_EQ(rows->string(0, 0), "it's");
  EXPECT_EQ(rows->number(0, 1), 42);
  EXPECT_TRUE(rows->is_null(0, 2));
}

TEST_F(SessionTest, AServersErrorHasItsSqlstateAndLeavesTheSessionUsable) {
  Session session = open();
  const Result<Rows> failed = session.query("select 1 / 0");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sqlstate(), "22012");
  EXPECT_THAT(failed.error().text(), HasSubstr("division by zero"));
  EXPECT_TRUE(session.query("select 1"));
}

TEST_F(SessionTest, AScriptIsOneTransaction) {
  Session session = open();
  EXPECT_FALSE(session.script("create table half (x int); select 1 / 0; create table other (x int)"));
  const Result<Rows> rows =
      session.query("select to_regclass('half') is null and to_regclass('other') is null");
  ASSERT_TRUE(rows);
  EXPECT_TRUE(rows->truth(0, 0));
}

TEST_F(SessionTest, ATerminatedBackendIsAnErrorAndNeverAReconnection) {
  Session session = open(), other = open();
  ASSERT_TRUE(session.script("set application_name = 'mine'; select pg_advisory_lock(7)"));
  ASSERT_TRUE(other.query(fmt::format("select pg_terminate_backend({}, 5000)", session.backend_pid())));
  for (int call = 0; call < 5; ++call) {
    const Result<Rows> rows = session.query("select 1");
    ASSERT_FALSE(rows) << "call " << call << " reached a server again";
    EXPECT_TRUE(rows.error().sqlstate() == "57P01" || rows.error().sqlstate() == "08006")
        << rows.error().sqlstate();
    EXPECT_FALSE(session.copy_begin("copy x from stdin"));
    EXPECT_FALSE(Transaction::begin(session));
  }
  EXPECT_FALSE(other.query("select 1 from pg_locks where locktype = 'advisory'")->size());
}

TEST_F(SessionTest, ACallToAStoppedBackendEndsAtItsLimit) {
  Session session = open(Millis(300));
  const Stopped stopped(session.backend_pid());
  const Watch watch;
  const Result<Rows> rows = session.query("select 1");
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().text(), HasSubstr("did not answer `select 1` within 300 ms"));
  EXPECT_FALSE(session.query("select 2")) << "a late answer must not be taken for this one's";
}

TEST_F(SessionTest, ACallToAStoppedServerEndsAtItsLimit) {
  Session session = open(Millis(300));
  const Stopped backend(session.backend_pid()), server(postmaster());
  const Watch watch;
  EXPECT_FALSE(session.query("select 1"));
}

TEST_F(SessionTest, CancellingAtAStoppedServerIsBounded) {
  Session session = open();
  const Stopped server(postmaster());
  const Watch watch;
  EXPECT_FALSE(session.canceller().cancel());
}

TEST_F(SessionTest, ConnectingToAStoppedServerEndsAtItsLimit) {
  const Stopped server(postmaster());
  const Watch watch;
  Options options;
  options.connect_limit = Seconds(2);
  EXPECT_FALSE(Session::open(cluster->conninfo(), options));
}

TEST_F(SessionTest, ConnectingToNothingSaysWhere) {
  const Result<Session> session = Session::open("host=/nonexistent user=x dbname=x");
  ASSERT_FALSE(session);
  EXPECT_THAT(session.error().text(), HasSubstr("/nonexistent"));
  EXPECT_EQ(session.error().sqlstate(), "08006");
}

TEST_F(SessionTest, NoErrorHoldsThePassword) {
  for (const char* conninfo :
       {"postgresql://u:topsecret@[bad/x", "host='/nonexistent' password='topsecret",
        "password=topsecret nonsense", "postgresql://u:topsecret@127.0.0.1:1/x",
        "host=/nonexistent password=topsecret user=x", "postgresql://u:topsecret@h:99999x/x"}) {
    const Result<Session> session = Session::open(conninfo);
    ASSERT_FALSE(session);
    EXPECT_THAT(session.error().text(), Not(HasSubstr("topsecret")));
  }
}

TEST_F(SessionTest, ALongStatementIsCancelledFromAnotherThread) {
  Session session = open();
  const Canceller canceller = session.canceller();
  std::thread other([&] {
    std::this_thread::sleep_for(Millis(200));
    EXPECT_TRUE(canceller.cancel());
  });
  const Result<Rows> rows = session.query("select pg_sleep(60)");
  other.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().sqlstate(), std::string(query_canceled));
  EXPECT_TRUE(session.query("select 1"));
}

TEST_F(SessionTest, ATimedOutStatementIsCancelledAtTheServer) {
  Session other = open();
  {
    Session session = open(Millis(300));
    EXPECT_FALSE(session.query("select pg_sleep(59.5)"));
  }
  for (int i = 0; i < 1000; ++i) {
    if (other
            .query("select 1 from pg_stat_activity where query like '%59.5)' and pid <> pg_backend_pid() "
                   "and state = 'active'")
            ->empty())
      return;
    std::this_thread::sleep_for(Millis(10));
  }
  FAIL() << "the statement runs on";
}

TEST_F(SessionTest, CopyCountsItsRows) {
  Session session = open();
  ASSERT_TRUE(session.script("create table copied (n int primary key, t text)"));
  ASSERT_TRUE(session.copy_begin("copy copied from stdin"));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(session.copy_send(fmt::format("{}\tx\n", i)));
  const Result<long long> rows = session.copy_end();
  ASSERT_TRUE(rows) << rows.error().text();
  EXPECT_EQ(*rows, 1000);
  std::string out;
  ASSERT_TRUE(session.copy_out("copy (select n from copied order by n limit 3) to stdout",
                               [&](std::string_view line) {
                                 out += line;
                                 return Done();
                               }));
  EXPECT_EQ(out, "0\n1\n2\n");
}

TEST_F(SessionTest, ABadCopyFailsAtItsEndAndLeavesTheSessionUsable) {
  Session session = open();
  ASSERT_TRUE(session.script("create table bad_copy (n int)"));
  ASSERT_TRUE(session.copy_begin("copy bad_copy from stdin"));
  ASSERT_TRUE(session.copy_send("1\nnonsense\n"));
  const Result<long long> rows = session.copy_end();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().sqlstate(), "22P02");
  EXPECT_EQ(session.query("select count(*) from bad_copy")->number(0, 0), 0);
}

TEST_F(SessionTest, AnAbortedCopyLeavesNothing) {
  Session session = open();
  ASSERT_TRUE(session.script("create table aborted_copy (n int)"));
  ASSERT_TRUE(session.copy_begin("copy aborted_copy from stdin"));
  ASSERT_TRUE(session.copy_send("1\n"));
  ASSERT_TRUE(session.copy_abort("somebody asked for it"));
  EXPECT_EQ(session.query("select count(*) from aborted_copy")->number(0, 0), 0);
}

TEST_F(SessionTest, CopyToAStoppedBackendIsBoundedInTimeAndMemory) {
  Session session = open(Millis(500));
  ASSERT_TRUE(session.script("create table slow_copy (t text)"));
  ASSERT_TRUE(session.copy_begin("copy slow_copy from stdin"));
  const Stopped stopped(session.backend_pid());
  const Watch watch;
  const std::string batch(1 << 20, 'x');
  int taken = 0;
  while (taken < 64 && session.copy_send(batch)) ++taken;
  EXPECT_LT(taken, 16) << "it buffers without a limit what the server does not take";
}

TEST_F(SessionTest, TransactionsRollBackUnlessCommitted) {
  Session session = open();
  ASSERT_TRUE(session.script("create table kept (n int)"));
  {
    const Result<Transaction> transaction = Transaction::begin(session);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(session.query("insert into kept values (1)"));
  }
  EXPECT_FALSE(session.in_transaction());
  Result<Transaction> transaction = Transaction::begin(session);
  ASSERT_TRUE(session.query("insert into kept values (2)"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(session.query("select string_agg(n::text, ',') from kept")->string(0, 0), "2");
}

TEST_F(SessionTest, CommittingAFailedTransactionIsAnError) {
  Session session = open();
  Result<Transaction> transaction = Transaction::begin(session);
  ASSERT_FALSE(session.query("select 1 / 0"));
  const Done done = transaction->commit();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().sqlstate(), "25P02");
}

TEST_F(SessionTest, AConnectionLostInCommitHasAnUnknownOutcome) {
  Session session = open(Millis(300));
  Result<Transaction> transaction = Transaction::begin(session);
  ASSERT_TRUE(session.query("select 1"));
  const Stopped stopped(session.backend_pid());
  const Watch watch;
  const Done done = transaction->commit();
  ASSERT_FALSE(done);
  EXPECT_TRUE(lost_connection(done.error().sqlstate()));
}

TEST_F(SessionTest, NoticesAreKeptAndBounded) {
  Session session = open();
  ASSERT_TRUE(session.script("do $$begin for i in 1..5000 loop raise notice 'n%', i; end loop; end$$"));
  const std::vector<std::string> notices = session.take_notices();
  EXPECT_EQ(notices.size(), 1000U);
  EXPECT_THAT(notices.front(), HasSubstr("n1"));
  EXPECT_TRUE(session.take_notices().empty());
}

}  // namespace
}  // namespace slipway::pg
