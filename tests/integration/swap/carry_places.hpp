// Two places for carry's tests, in each way that a target keeps its snapshots: two servers, two databases of
// one server, two schemas of one database.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/pg/identifier.hpp"
#include "swap/carry/carrier.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::test {

using swap::carry::Side;

enum class Kept { volume, database, schema };

inline std::string name(Kept kept) {
  return kept == Kept::volume ? "volume" : kept == Kept::database ? "database" : "schema";
}

// One server for all tests of a program, and a second one beside it.
inline Cluster& server(int number) {
  static std::map<int, std::unique_ptr<Cluster>> running;
  std::unique_ptr<Cluster>& one = running[number];
  if (!one) one = std::make_unique<Cluster>();
  return *one;
}

class Places {
 public:
  // As that role, which then owns everything; by default the superuser.
  explicit Places(Kept kept, std::string role = "") : kept_(kept), role_(std::move(role)) {
    live_ = make("20260101T000000Z");
    candidate_ = make("20260202T000000Z");
  }

  const Side& live() const { return live_; }
  const Side& candidate() const { return candidate_; }

  pg::Session open(const Side& side) const {
    pg::Session session = must(pg::Session::open(side.place.conninfo));
    if (!side.place.schema.empty())
      must(session.script("set search_path = " + pg::quoted(side.place.schema) + ", public"));
    return session;
  }
  void run(const Side& side, const std::string& sql) const { must(open(side).script(sql)); }
  void run_both(const std::string& sql) const {
    run(live_, sql);
    run(candidate_, sql);
  }
  std::string ask(const Side& side, const std::string& sql) const {
    pg::Session session = open(side);
    const pg::Rows rows = must(session.query(sql));
    std::string out;
    for (int row = 0; row < rows.size(); ++row) out += (row ? "\n" : "") + rows.string(row, 0);
    return out;
  }
  // Every row of a table as text, in an order of its own.
  std::string rows(const Side& side, const std::string& table) const {
    return ask(side, "select coalesce(string_agg(t::text, e'\\n' order by t::text collate \"C\"), '') from " +
                         table + " t");
  }
  std::string sum(const Side& side, const std::string& table) const {
    return ask(side,
               "select count(*) || ' ' || coalesce(md5(string_agg(t::text, ' ' order by t::text collate "
               "\"C\")), '') from " +
                   table + " t");
  }

  swap::carry::Order order(const std::vector<std::string>& patterns, bool back = false) const {
    return {live_, candidate_, patterns, back, std::nullopt, Millis(60'000)};
  }

  // The switch itself: what was the candidate is live. Schemas change their names with it.
  void flip() {
    if (kept_ == Kept::schema) {
      pg::Session session = must(pg::Session::open(live_.place.conninfo));
      const std::string retired = "portal__" + live_.id;
      must(session.script(
          fmt::format("begin; alter schema portal rename to {}; alter schema {} rename to portal; commit",
                      pg::quoted(retired), pg::quoted(candidate_.place.schema))));
      live_.place.schema = retired;
      candidate_.place.schema = "portal";
    }
    std::swap(live_, candidate_);
  }
  // All of an attempt that works.
  std::map<std::string, swap::carry::Carried> promote(const std::vector<std::string>& patterns,
                                                      bool back = false) {
    auto carrier = must(swap::carry::Carrier::open(pg::real_connections(), order(patterns, back)));
    must(carrier->copy_ahead());
    must(carrier->hold_and_finish());
    flip();
    carrier->let_go();
    must(swap::carry::tidy(pg::real_connections(), live_.place));
    std::map<std::string, swap::carry::Carried> found;
    for (const swap::carry::Carried& one : carrier->carried()) found[one.table] = one;
    return found;
  }
  // Another candidate, empty.
  void new_candidate(const std::string& id) { candidate_ = make(id); }

 private:
  Side make(const std::string& id) {
    Cluster& cluster = server(kept_ == Kept::volume && made_++ % 2 ? 2 : 1);
    if (kept_ != Kept::schema || database_.empty()) {
      database_ = cluster.fresh_database();
      if (!role_.empty()) {
        (void)cluster.session().script("create role " + pg::quoted(role_) + " login");
        must(cluster.session().script(
            fmt::format("alter database {} owner to {}", pg::quoted(database_), pg::quoted(role_))));
        must(cluster.session(database_).script("grant all on schema public to " + pg::quoted(role_)));
      }
    }
    std::string conninfo = cluster.conninfo(database_);
    if (!role_.empty()) conninfo += " user=" + pg::conninfo_value(role_);
    Side side{{conninfo, ""}, id};
    if (kept_ == Kept::schema) {
      side.place.schema = made_schemas_++ == 0 ? "portal" : "portal__" + id;
      must(must(pg::Session::open(conninfo)).script("create schema " + pg::quoted(side.place.schema)));
    }
    return side;
  }

  Kept kept_;
  std::string role_;
  int made_ = 0;
  int made_schemas_ = 0;
  std::string database_;
  Side live_, candidate_;
};

}  // namespace slipway::test
