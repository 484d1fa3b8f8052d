// Starting a managed server where another one of the same data directory has not quite gone.
#include "swap/servers/cluster.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/support/child.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

class ManagedServer : public testing::Test {
 protected:
  ManagedServer() : id_(harbour_.build()) {
    if (harbour_.promote().outcome != Outcome::promoted) throw std::runtime_error("not promoted");
  }

  Cluster cluster() { return harbour_.volume().cluster(id_); }
  ProcessId server() { return test::must(find_server(real_seams(), cluster())).value(); }
  bool answers() {
    Result<pg::Session> session = connect(real_seams(), cluster(), "postgres");
    return session && session->query("select 1");
  }

  test::Harbour harbour_;
  std::string id_;
};

TEST_F(ManagedServer, ThatLostItsPidFileIsReplaced) {
  const ProcessId before = server();
  test::must(real_files().remove(cluster().data / "postmaster.pid"));
  test::must(start(real_seams(), cluster()));
  EXPECT_FALSE(alive(before));
  EXPECT_NE(server(), before);
  EXPECT_TRUE(answers());
}

TEST_F(ManagedServer, ThatWasKilledLeavesNoBackendInTheWay) {
  pg::Session session = test::must(connect(real_seams(), cluster(), "postgres"));
  const auto pid = static_cast<pid_t>(test::must(session.query("select pg_backend_pid()")).number(0, 0));
  const ProcessId backend = test::must(find_process(pid)).value();
  test::must(send_signal(backend, SIGSTOP));  // one that cannot see that its server is gone
  test::must(send_signal(server(), SIGKILL));
  test::must(start(real_seams(), cluster()));
  EXPECT_FALSE(alive(backend));
  EXPECT_TRUE(answers());
}

TEST_F(ManagedServer, SomebodyWhoStandsInItsFolderIsLeftAlone) {
  const ProcessId before = server();
  const std::string script = "cd " + cluster().data.string() + " && exec sleep 600";
  const test::Child shell({"/bin/sh", "-c", script}, "/dev/null");
  const auto stands_there = [&] {
    const std::vector<ProcessId> there = test::must(processes_in(cluster().data));
    return std::any_of(there.begin(), there.end(),
                       [&](const ProcessId& one) { return one.pid == shell.pid(); });
  };
  while (!stands_there()) real_clock().sleep(Millis(10));
  test::must(send_signal(before, SIGKILL));
  test::must(start(real_seams(), cluster()));
  EXPECT_TRUE(test::must(find_process(shell.pid())));
  EXPECT_TRUE(answers());
}

}  // namespace
}  // namespace slipway::swap
