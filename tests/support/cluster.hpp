// A throwaway PostgreSQL cluster for one test program: on a socket in its own folder under /tmp, gone with
// the object, and with the test's process whatever way that ends.
#pragma once

#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/pg/session.hpp"
#include "base/process.hpp"
#include "tests/support/watchdogs.hpp"

namespace slipway::test {

class Cluster {
 public:
  explicit Cluster(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
    char name[] = "/tmp/slipway-test-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("cannot make a folder under /tmp");
    folder_ = name;
    owner_ = ::getuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (owner_ && ::chown(name, owner_->pw_uid, owner_->pw_gid) != 0)
      throw std::runtime_error("cannot chown");
    std::filesystem::permissions(folder_, std::filesystem::perms(0755));
    // Not from where they lie: that may be within a folder that only root can enter.
    if (other_version())
      std::filesystem::copy(
          other_version(), programs(),
          std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
    if (wait(spawn({bin() + "initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                    "--no-sync", "--locale=C.UTF-8"})) != 0)
      throw std::runtime_error("initdb failed: " + log());
    start();
  }

  ~Cluster() {
    let_watchdogs_end();
    stop(SIGQUIT);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Cluster(const Cluster&) = delete;

  std::string conninfo(const std::string& database = "postgres") const {
    return "host=" + folder_ + " port=5432 user=postgres dbname=" + database;
  }

  pg::Session session(const std::string& database = "postgres") const {
    auto opened = pg::Session::open(conninfo(database));
    if (!opened) throw std::runtime_error(opened.error().text());
    return std::move(opened).value();
  }

  // A database of its own for one test.
  std::string fresh_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    auto made = session().script("create database " + name);
    if (!made) throw std::runtime_error(made.error().text());
    return name;
  }

  void start() {
    std::vector<std::string> command{bin() + "postgres", "-D", data(), "-k", folder_, "-p", "5432"};
    for (const std::string& setting :
         {std::string("listen_addresses="), std::string("fsync=off"), std::string("max_connections=200")})
      command.insert(command.end(), {"-c", setting});
    for (const std::string& setting : settings_) command.insert(command.end(), {"-c", setting});
    server_ = spawn(command);
    for (int attempt = 0; attempt < 600; ++attempt) {
      if (pg::Session::open(conninfo())) return;
      std::this_thread::sleep_for(Millis(50));
    }
    throw std::runtime_error("the test's PostgreSQL did not start: " + log());
  }

  // SIGQUIT: at once, as after a crash; SIGINT: clean.
  void stop(int signal) {
    if (server_ <= 0) return;
    ::kill(server_, signal);
    wait(server_);
    server_ = 0;
  }

  const std::string& folder() const { return folder_; }

 private:
  // A folder with its bin, lib and share; by default Debian's.
  static const char* other_version() { return std::getenv("SLIPWAY_TESTS_POSTGRESQL"); }
  std::string programs() const { return folder_ + "/postgresql"; }
  std::string bin() const {
    return (other_version() ? programs() : std::string("/usr/lib/postgresql/15")) + "/bin/";
  }
  std::string data() const { return folder_ + "/data"; }

  std::string log() const {
    std::ifstream file(folder_ + "/log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  pid_t spawn(const std::vector<std::string>& command) const {
    std::vector<std::string> words = command;
    // setpriv becomes the program itself, so that the pid is the server's.
    if (owner_) {
      std::vector<std::string> drop{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                                    "--pdeathsig=QUIT"};
      words.insert(words.begin(), drop.begin(), drop.end());
    }
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string log_file = folder_ + "/log";
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::freopen(log_file.c_str(), "a", stdout)) ::dup2(1, 2);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }

  static int wait(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  std::vector<std::string> settings_;
  std::string folder_;
  const passwd* owner_ = nullptr;
  pid_t server_ = 0;
  int databases_ = 0;
};

}  // namespace slipway::test
