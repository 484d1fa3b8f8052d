// A real PgBouncer in front of a test's server, as somebody else's would be: its databases, an admin and one
// who may only look.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/pg/session.hpp"
#include "tests/support/child.hpp"
#include "tests/support/port.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::test {

struct PgBouncerPlan {
  std::string server;  // of each of its databases: "host=… port=… user=… dbname=…"
  std::vector<std::string> databases{"portal"};
  int port = 0;  // 0: a free one
  std::string settings = "pool_mode = transaction\nserver_login_retry = 0\n";
};

class PgBouncerProcess {
 public:
  explicit PgBouncerProcess(const PgBouncerPlan& plan) : port_(plan.port ? plan.port : free_port()) {
    std::ofstream ini(folder_ / "pgbouncer.ini");
    ini << "[databases]\n";
    for (const std::string& name : plan.databases) ini << name << " = " << plan.server << "\n";
    ini << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
        << "\nunix_socket_dir = " << folder_.path().string()
        << "\nauth_type = trust\nadmin_users = admin\nstats_users = watcher\nauth_file = "
        << (folder_ / "users.txt").string() << "\nignore_startup_parameters = extra_float_digits\n"
        << plan.settings;
    std::ofstream(folder_ / "users.txt") << "\"admin\" \"\"\n\"watcher\" \"\"\n\"client\" \"\"\n";
    ini.close();
    start();
  }

  void start() {
    process_ = std::make_unique<Child>(
        std::vector<std::string>{"/usr/sbin/pgbouncer", (folder_ / "pgbouncer.ini").string()},
        (folder_ / "log").string());
    for (int attempt = 0; attempt < 600; ++attempt) {
      if (pg::Session::open(admin())) return;
      std::this_thread::sleep_for(Millis(50));
    }
    throw std::runtime_error("the test's PgBouncer did not start");
  }
  void kill() { process_->end(); }

  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string conninfo(const std::string& user, const std::string& database) const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=" + user + " dbname=" + database;
  }
  std::string admin() const { return conninfo("admin", "pgbouncer"); }
  std::string door(const std::string& database = "portal") const { return conninfo("client", database); }

 private:
  Folder folder_;
  int port_;
  std::unique_ptr<Child> process_;
};

}  // namespace slipway::test
