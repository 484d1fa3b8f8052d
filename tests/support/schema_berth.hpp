// A target in schema mode, in a database of its own, over a role that is no superuser and owns no more than
// it must.
#pragma once

#include "swap/schema/catalog.hpp"
#include "tests/support/berth.hpp"

namespace slipway::test {

class SchemaBerth : public Berth {
 public:
  explicit SchemaBerth(const std::string& settings = "")
      : database_(cluster().fresh_database()),
        home_(fmt::format("mode: schema, server: \"{}\"{}", conninfo("keeper", database_), settings)) {
    run("grant create on database " + database_ + " to keeper");
  }

  static Cluster& cluster() {
    static Cluster one({"max_prepared_transactions=10", "wal_level=logical"});
    static const bool prepared = [] {
      must(one.session().script(
          "create role keeper login; create role other login; create role portal_read login; "
          "grant pg_read_all_stats, pg_signal_backend to keeper"));
      return true;
    }();
    (void)prepared;
    return one;
  }
  static std::string conninfo(const std::string& role, const std::string& database) {
    return fmt::format("host={} port=5432 user={} dbname={}", cluster().folder(), role, database);
  }

  swap::Context context() const override { return home_.context(); }
  bool journal_is_in_the_switch() const override { return true; }
  void put_something_foreign() override { run("drop schema if exists portal cascade; create schema portal"); }
  bool anything_left_of(const std::string& id) override {
    return value("select count(*) from pg_namespace where nspname like '%" + id + "%'") != "0";
  }
  // As the reader, who was granted it while it was built.
  bool readable(const std::string& id) override {
    const Result<swap::Place> place = engine()->place(id);
    if (!place) return false;
    pg::Session session = as("portal_read");
    return static_cast<bool>(session.query("select from " + pg::quoted(place->schema, "cargo")));
  }

  // A client, whose sessions are not taken for Slipway's own.
  pg::Session as(const std::string& role) const {
    pg::Options options;
    options.application_name = "client";
    return must(pg::Session::open(conninfo(role, database_), options));
  }
  // By the superuser.
  void run(const std::string& sql) const { must(as("postgres").script(sql)); }
  std::string value(const std::string& sql, const std::string& role = "postgres") const {
    const Result<pg::Rows> rows = as(role).script(sql);
    if (!rows) return rows.error().summary();
    return rows->empty() ? "" : rows->string(0, 0);
  }
  const ServedHome& home() const { return home_; }

 private:
  std::string database_;
  ServedHome home_;
};

}  // namespace slipway::test
