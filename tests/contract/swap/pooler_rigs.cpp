// PgBouncer, ours and somebody else's, before a real server and with a real client.
#include <future>

#include "swap/quiesce/managed_pooler.hpp"
#include "swap/quiesce/pgbouncer.hpp"
#include "tests/contract/swap/rig.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pgbouncer.hpp"

namespace slipway::test {
namespace {

Cluster& server() {
  static Cluster cluster;
  return cluster;
}

// Whether a client of that database gets no answer; it does not give up before it has one.
class Client {
 public:
  explicit Client(const std::string& conninfo)
      : answer_(std::async(std::launch::async, [conninfo] {
          pg::Session session = must(pg::Session::open(conninfo, {.connect_limit = Seconds(120)}));
          session.limit(Millis(120'000));
          must(session.query("select 1"));
        })) {}
  bool waits() { return answer_.wait_for(Millis(500)) != std::future_status::ready; }
  void must_be_served() { answer_.get(); }

 private:
  std::future<void> answer_;
};

class PoolerRig : public Rig {
 public:
  explicit PoolerRig(std::vector<std::string> databases)
      : pooler_({server().conninfo(), databases}), databases_(std::move(databases)) {}

  ~PoolerRig() override { long_transaction_.reset(); }

  std::unique_ptr<swap::Quiescer> quiescer() override {
    return swap::pgbouncer_quiescer(real_seams(), step(pooler_.admin(), databases_), "portal",
                                    Millis(60'000));
  }
  std::unique_ptr<swap::Quiescer> missing() override {
    return swap::pgbouncer_quiescer(real_seams(), step(pooler_.admin(), {"nowhere"}), "portal",
                                    Millis(60'000));
  }

  // All of its databases, or none: anything between fails the test.
  bool is_held() override {
    std::vector<bool> held;
    for (const std::string& database : databases_) held.push_back(client_waits(database));
    for (const bool one : held)
      if (one != held.front()) throw std::runtime_error("some of the databases are held, and others are not");
    return held.front();
  }

  void obstruct() override {
    long_transaction_ =
        std::make_unique<pg::Session>(must(pg::Session::open(pooler_.door(databases_.back()))));
    must(long_transaction_->script("begin; select 1"));
  }

 protected:
  static config::PgBouncerQuiesce step(const std::string& admin, std::vector<std::string> databases) {
    config::PgBouncerQuiesce step;
    step.admin.value = admin;
    step.databases = std::move(databases);
    return step;
  }

  // A client that waits is left to its thread until it is served: at the latest when the pooler ends.
  bool client_waits(const std::string& database) {
    auto client = std::make_unique<Client>(pooler_.door(database));
    // Unpaused, but slow today? Its own word decides.
    const bool waits = client->waits() && paused(database);
    if (waits)
      waiting_.push_back(std::move(client));
    else
      client->must_be_served();
    if (!waits) {
      for (auto& each : waiting_) each->must_be_served();
      waiting_.clear();
    }
    return waits;
  }

  bool paused(const std::string& database) {
    pg::Session session = must(pg::Session::open(pooler_.admin()));
    const pg::Rows rows = must(session.console("SHOW DATABASES"));
    for (int row = 0; row < rows.size(); ++row)
      if (rows.text(row, rows.column("name")) == database)
        return rows.number(row, rows.column("paused")) != 0;
    throw std::runtime_error("PgBouncer does not know " + database);
  }

  PgBouncerProcess pooler_;
  std::vector<std::string> databases_;
  std::vector<std::unique_ptr<Client>> waiting_;
  std::unique_ptr<pg::Session> long_transaction_;
};

class ManagedRig : public PoolerRig {
 public:
  ManagedRig() : PoolerRig({"portal"}) {}

  std::unique_ptr<swap::Quiescer> quiescer() override {
    swap::Pooler pooler;
    pooler.socket = pooler_.folder();
    pooler.port = pooler_.port();
    pooler.database = "portal";
    return swap::managed_pooler_quiescer(real_seams(), pooler);
  }
};

}  // namespace

std::unique_ptr<Rig> managed_pooler_rig() {
  return std::make_unique<ManagedRig>();
}
std::unique_ptr<Rig> pgbouncer_rig() {
  return std::make_unique<PoolerRig>(std::vector<std::string>{"portal"});
}
std::unique_ptr<Rig> two_databases_rig() {
  return std::make_unique<PoolerRig>(std::vector<std::string>{"portal", "portal_read"});
}

}  // namespace slipway::test
