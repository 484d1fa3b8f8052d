// A home of its own for one test, with one volume target, and snapshots made by hand: each holds a table
// `cargo` whose every row says which snapshot it is. Nothing of it is left when the object goes.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/config/config.hpp"
#include "base/pg/identifier.hpp"
#include "swap/promote/preview.hpp"
#include "swap/promote/promote.hpp"
#include "swap/servers/pooler.hpp"
#include "swap/servers/up.hpp"
#include "swap/user.hpp"
#include "swap/volume/volume.hpp"
#include "tests/support/must.hpp"
#include "tests/support/port.hpp"

namespace slipway::test {

// Somebody else who has that port.
class Listener {
 public:
  explicit Listener(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int reuse = 1;  // connections of whoever had it before may not be forgotten yet
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd_, 1) != 0)
      throw std::runtime_error("cannot listen");
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;

 private:
  int fd_;
};

class Harbour {
 public:
  explicit Harbour(const std::string& target_settings = "") {
    char name[] = "/tmp/slipway-test-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("cannot make a folder under /tmp");
    folder_ = name;
    port_ = free_port();
    const Path file = folder_ / "slipway.yaml";
    must(real_files().write(file,
                            fmt::format("home: {}\ntargets:\n  portal: {{mode: volume, front: {}{}}}\n"
                                        "pipelines:\n  none:\n    target: portal\n    schema: [schema.sql]\n"
                                        "    sources: {{cargo: {{files: cargo.csv}}}}\n"
                                        "    tables: {{cargo: {{from: cargo}}}}\n",
                                        (folder_ / "home").string(), port_, target_settings)));
    config_ = must(config::load(file));
    home_ = must(swap::enter_home(seams_, config_, swap::Missing::make));
  }
  ~Harbour() {
    const Done down = swap::servers_down(real_seams(), config_, home_);
    if (!down) ADD_FAILURE() << down.error().text();
    std::error_code ignored;
    std::filesystem::remove_all(home_.run, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }
  Harbour(const Harbour&) = delete;

  const config::Target& target() const { return config_.targets.at("portal"); }
  const config::Config& config() const { return config_; }
  const swap::Home& home() const { return home_; }
  swap::Context context() const { return {real_seams(), home_, target()}; }
  swap::Volume volume() const { return swap::Volume(context()); }
  int port() const { return port_; }

  // A ready snapshot with that many rows, and whatever else a script makes.
  std::string build(int rows = 1000, const std::string& more = "") {
    swap::Volume engine = volume();
    swap::Build build = must(engine.create({"none", {}, 1}));
    pg::Session session = must(pg::Session::open(build.place.conninfo));
    must(session.script(
        fmt::format("create table cargo as select n, {}::text as snapshot from generate_series(1, {}) n;"
                    "grant select on cargo to portal, portal_read; analyze",
                    pg::literal(build.manifest.id), rows)));
    if (!more.empty()) must(session.script(more));
    build.manifest.rows["cargo"] = rows;
    must(engine.finish(build));
    return build.manifest.id;
  }

  swap::Receipt promote(const std::string& id = "", swap::Direction direction = swap::Direction::forward,
                        const std::set<std::string>& allow = {}) const {
    swap::Order order;
    order.allow = allow;
    order.wish.direction = direction;
    order.wish.id = id;
    order.actor = "test";
    return swap::promote(context(), order);
  }
  swap::Receipt roll_back() const { return promote("", swap::Direction::back); }

  swap::Receipt promote_allowing(const std::set<std::string>& allow) const {
    return promote("", swap::Direction::forward, allow);
  }
  // As superuser, directly.
  pg::Session inside(const std::string& id) const {
    return must(swap::connect(seams_, volume().cluster(id), "portal"));
  }

  std::string live() const { return must(volume().live()); }

  std::string door(const std::string& role = "portal_read") const {
    return fmt::format("host=127.0.0.1 port={} user={} dbname=portal passfile={}", port_, role,
                       home_.names().passfile(role).string());
  }
  // What a client sees through the front door: the one snapshot that every row says, or what is wrong.
  std::string seen() const {
    Result<pg::Session> session = pg::Session::open(door());
    if (!session) return session.error().summary();
    const Result<pg::Rows> rows = session->query("select distinct snapshot from cargo");
    if (!rows) return rows.error().summary();
    return rows->size() == 1 ? rows->string(0, 0) : fmt::format("{} different snapshots", rows->size());
  }

 private:
  Seams seams_ = real_seams();
  Path folder_;
  int port_ = 0;
  config::Config config_;
  swap::Home home_;
};

}  // namespace slipway::test
