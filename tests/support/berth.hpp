// One target in each of the modes, with what a test wants to do to it, so that one test runs on all of them.
// Every snapshot that build() makes has a table `cargo` whose every row says which snapshot it is.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/pg/conninfo.hpp"
#include "base/pg/identifier.hpp"
#include "swap/database/catalog.hpp"
#include "swap/engine.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::test {

class Berth {
 public:
  virtual ~Berth() = default;
  virtual swap::Context context() const = 0;
  // Something that Slipway did not make takes the place of live.
  virtual void put_something_foreign() = 0;
  // Nothing but its manifest.
  virtual bool anything_left_of(const std::string& id) = 0;
  // Whether the journal that goes with a switch is written in one with it.
  virtual bool journal_is_in_the_switch() const = 0;
  // As a client of a snapshot that is not live would, by its own name.
  virtual bool readable(const std::string& id) {
    const std::unique_ptr<swap::Engine> asked = engine();
    const Result<swap::Place> place = asked->place(id);
    if (!place) return false;
    Result<pg::Session> session = swap::enter(context().seams, *place);
    return session && session->query("select from cargo");
  }

  std::unique_ptr<swap::Engine> engine() const { return swap::engine_of(context()); }

  swap::Build begin(swap::Engine& engine, int rows = 100) const {
    swap::Build build = must(engine.create({"none", {}, 1}));
    pg::Session session = must(swap::enter(context().seams, build.place));
    must(session.script(fmt::format(
        "create table cargo as select n, {}::text as snapshot from generate_series(1, {}) n; analyze cargo",
        pg::literal(build.manifest.id), rows)));
    for (const std::string& role : {build.owner, build.reader})
      if (!role.empty()) must(session.script("grant select on cargo to " + pg::quoted(role)));
    build.manifest.rows["cargo"] = rows;
    return build;
  }
  std::string build(int rows = 100) const {
    const std::unique_ptr<swap::Engine> builder = engine();
    swap::Build build = begin(*builder, rows);
    must(builder->finish(build));
    return build.manifest.id;
  }

  swap::Receipt promote(const std::string& id = "",
                        swap::Direction direction = swap::Direction::forward) const {
    swap::Order order;
    order.wish.direction = direction;
    order.wish.id = id;
    order.actor = "test";
    return swap::promote(context(), order);
  }
  swap::Receipt roll_back() const { return promote("", swap::Direction::back); }
  std::string live() const { return must(engine()->live()); }

  // What a client sees through the front door: the one snapshot that every row says, or what is wrong.
  std::string seen() const {
    const swap::FrontDoor door = must(engine()->front_door());
    Result<pg::Session> session = swap::enter(context().seams, {door.conninfo, door.schema});
    if (!session) return session.error().summary();
    const Result<pg::Rows> rows = session->query("select distinct snapshot from cargo");
    if (!rows) return rows.error().summary();
    return rows->size() == 1 ? rows->string(0, 0) : fmt::format("{} different snapshots", rows->size());
  }
};

class VolumeBerth : public Berth {
 public:
  swap::Context context() const override { return harbour_.context(); }
  bool journal_is_in_the_switch() const override { return false; }
  void put_something_foreign() override {
    const swap::TargetNames names = swap::target_names(harbour_.home().names(), "portal");
    must(real_files().make_folders(names.folder / "elsewhere"));
    must(real_files().remove(names.current()));
    must(real_files().symlink("elsewhere", names.current()));
  }
  bool anything_left_of(const std::string& id) override {
    const swap::TargetNames names = swap::target_names(harbour_.home().names(), "portal");
    const swap::SnapshotNames snapshot = swap::snapshot_names(names, id);
    return must(real_files().is_there(snapshot.pgdata())) || must(real_files().is_there(snapshot.socket()));
  }

 private:
  Harbour harbour_;
};

// A home with one target of a server that is not managed: all that such a target needs of it is a folder.
class ServedHome {
 public:
  ServedHome(const std::string& target) {
    char name[] = "/tmp/slipway-test-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("cannot make a folder under /tmp");
    folder_ = name;
    const Path file = folder_ / "slipway.yaml";
    must(real_files().write(
        file, fmt::format("home: {}\ntargets:\n  portal: {{{}}}\npipelines:\n  none:\n    target: portal\n"
                          "    schema: [schema.sql]\n    sources: {{cargo: {{files: cargo.csv}}}}\n"
                          "    tables: {{cargo: {{from: cargo}}}}\n",
                          (folder_ / "home").string(), target)));
    config_ = must(config::load(file));
    home_ = must(swap::enter_home(real_seams(), config_, swap::Missing::make));
  }
  ~ServedHome() {
    std::error_code ignored;
    std::filesystem::remove_all(home_.run, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }
  ServedHome(const ServedHome&) = delete;

  swap::Context context() const { return {real_seams(), home_, config_.targets.at("portal")}; }
  const config::Config& config() const { return config_; }
  const swap::Home& home() const { return home_; }

 private:
  Path folder_;
  config::Config config_;
  swap::Home home_;
};

// Over a role that is no superuser.
class DatabaseBerth : public Berth {
 public:
  explicit DatabaseBerth(const std::string& settings = "", const std::string& role = "keeper")
      : name_("portal_" + std::to_string(++count_)),
        home_(fmt::format("mode: database, name: {}, server: \"{}\"{}", name_, conninfo(role, "postgres"),
                          settings)) {
    must(cluster().session().script(fmt::format("create role {}_read login", name_)));
  }

  static Cluster& cluster() {
    static Cluster one({"max_prepared_transactions=10"});
    static const bool prepared = [] {
      must(
          one.session().script("create role keeper login createdb; grant pg_signal_backend to keeper;"
                               "create role poor login createdb"));
      return true;
    }();
    (void)prepared;
    return one;
  }
  static std::string conninfo(const std::string& role, const std::string& database) {
    return fmt::format("host={} port=5432 user={} dbname={}", cluster().folder(), role, database);
  }

  swap::Context context() const override { return home_.context(); }
  const std::string& name() const { return name_; }
  // Of a reader of live, as a client without a pooler is.
  std::string client() const { return conninfo(name_ + "_read", name_); }
  bool journal_is_in_the_switch() const override { return true; }
  void put_something_foreign() override {
    pg::Session session = cluster().session();
    must(session.script(fmt::format("drop database if exists {0} with (force)", name_)));
    must(session.script(fmt::format("create database {0}", name_)));
  }
  bool anything_left_of(const std::string& id) override {
    pg::Session session = cluster().session();
    for (const swap::DatabaseEntry& entry : must(swap::databases(session)))
      if (swap::id_of_database(name_, entry.name) == id) return true;
    return false;
  }

 private:
  static inline int count_ = 0;
  std::string name_;
  ServedHome home_;
};

}  // namespace slipway::test
