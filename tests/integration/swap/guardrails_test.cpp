// What a promotion refuses by name, and what it brings along: with real servers, and each incident of
// SYSTEMS.md that a guardrail answers by its own name.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "swap/promote/preview.hpp"
#include "swap/promote/receipt.hpp"
#include "tests/support/harbour.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;
using testing::HasSubstr;

constexpr std::string_view adornments = R"(
create view recent as select * from cargo where n > 10;
create materialized view counted as select count(*) from cargo;
create function stamp() returns trigger language plpgsql as 'begin return new; end';
create trigger stamped before insert on cargo for each row execute function stamp();
create index cargo_n on cargo (n);
alter table cargo add constraint positive check (n > 0), add constraint only_one unique (n);
comment on table cargo is 'What is carried';
grant select on recent to portal_read;
grant insert on cargo to portal;
create type mood as enum ('good', 'bad');
analyze;
)";

void run(pg::Session& session, const std::string& sql) {
  test::must(session.script(sql));
}

std::string one(pg::Session& session, const std::string& sql) {
  const pg::Rows rows = test::must(session.script(sql));
  return rows.empty() ? "" : rows.string(0, 0);
}

swap::Order order(const std::set<std::string>& allow = {}) {
  swap::Order order;
  order.allow = allow;
  order.actor = "test";
  return order;
}

std::set<std::string> failing(const nlohmann::json& plan) {
  std::set<std::string> names;
  for (const auto& guardrail : plan.at("guardrails"))
    if (!guardrail.at("ok").get<bool>()) names.insert(guardrail.at("name"));
  return names;
}

// "after go-live UNIQUE constraints, outgoing foreign keys, triggers, grants and comments were gone; index
// names had changed" (Openverse); "nothing gated the swap", "forgotten tables (#1799, #2180)" (NMDC)
TEST(Incident, WhatLiveHasAndTheCandidateLacksIsRefusedByName) {
  Harbour harbour;
  harbour.build(1000,
                std::string(adornments) + "create table forgotten (); create table submission (note text)");
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string bare = harbour.build(1000);
  const std::set<std::string> expected = {"tables", "types",    "indexes",   "constraints", "triggers",
                                          "views",  "comments", "functions", "grants"};

  // Before anything is started, as `swap plan` sees it too.
  EXPECT_EQ(failing(test::must(swap::preview(harbour.context(), order()))), expected);
  const swap::Receipt refused = harbour.promote();
  EXPECT_EQ(swap::exit_code(refused.outcome), 3) << refused.reason;
  for (const char* name : {"public.recent", "public.cargo_n", "public.cargo.only_one", "public.cargo.stamped",
                           "public.forgotten", "public.submission", "table public.cargo"})
    EXPECT_THAT(refused.reason, HasSubstr(name));
  EXPECT_THAT(refused.next, HasSubstr("--allow indexes"));
  EXPECT_NE(harbour.live(), bare);

  std::set<std::string> all_but_one = expected;
  all_but_one.erase("views");
  EXPECT_EQ(harbour.promote_allowing(all_but_one).outcome, Outcome::refused);
  const swap::Receipt allowed = harbour.promote_allowing(expected);
  EXPECT_EQ(allowed.outcome, Outcome::promoted) << allowed.reason;
  EXPECT_EQ(harbour.seen(), bare);
}

// "a dependent view made the go-live fail; reads blocked until commit" (Openverse)
TEST(Incident, ViewsMoveWithTheSnapshotAndTheStructureIsTheSame) {
  Harbour harbour;
  for (int round = 0; round < 2; ++round) {
    const std::string id = harbour.build(1000, std::string(adornments));
    const swap::Receipt receipt = harbour.promote();
    ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
    pg::Session client = test::must(pg::Session::open(harbour.door()));
    EXPECT_EQ(one(client, "select distinct snapshot from recent"), id);
  }
}

// What was changed on live since the snapshot was built is there after a promotion, and after a rollback.
TEST(State, RolesAndSettingsOfLiveAreThereAfterAPromotionAndARollback) {
  Harbour harbour;
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string second = harbour.build();
  {
    pg::Session live = harbour.inside(first);
    run(live,
        "create role \"o'Brien \"\"x\"\"\" valid until '2040-01-01'; create role leaver; grant leaver to "
        "portal");
    run(live, "alter role portal_read set statement_timeout to '77s'");
    run(live, "alter database portal set search_path to \"$user\", public, pg_catalog");
    run(live, "comment on database portal is 'Ours'");
  }
  const swap::Receipt receipt = harbour.promote();
  ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  {
    pg::Session live = harbour.inside(second);
    EXPECT_EQ(one(live, "select count(*) from pg_roles where rolname in ('o''Brien \"x\"', 'leaver')"), "2");
    EXPECT_EQ(
        one(live, "select shobj_description(oid, 'pg_database') from pg_database where datname = 'portal'"),
        "Ours");
    run(live, "drop role leaver; create role later; alter role portal_read set statement_timeout to '78s'");
  }
  pg::Session client = test::must(pg::Session::open(harbour.door()));
  EXPECT_EQ(one(client, "show statement_timeout"), "77s");
  EXPECT_EQ(one(client, "show search_path"), "\"$user\", public, pg_catalog");

  const swap::Receipt back = harbour.roll_back();
  ASSERT_EQ(back.outcome, Outcome::promoted) << back.reason;
  pg::Session live = harbour.inside(first);
  EXPECT_EQ(one(live,
                "select string_agg(rolname, ',' order by rolname) from pg_roles where rolname in ('leaver', "
                "'later')"),
            "later");
  EXPECT_EQ(one(client, "show statement_timeout"), "78s");
}

TEST(ClientShape, IsAllowedByNameAndClosesClientConnections) {
  Harbour harbour;
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  const std::string second = harbour.build(1000, "alter table cargo alter n type bigint; analyze");
  const swap::Receipt refused = harbour.promote_allowing({"columns"});
  EXPECT_EQ(refused.outcome, Outcome::refused);
  EXPECT_THAT(refused.reason, HasSubstr("client_shape (different: rows of public.cargo"));

  pg::Session client = test::must(pg::Session::open(harbour.door()));
  EXPECT_EQ(one(client, "select distinct snapshot from cargo"), first);
  const swap::Receipt allowed = harbour.promote_allowing({"columns", "client_shape"});
  ASSERT_EQ(allowed.outcome, Outcome::promoted) << allowed.reason;
  const Result<pg::Rows> again = client.query("select distinct snapshot from cargo");
  EXPECT_FALSE(again) << "the client still holds its connection";
  EXPECT_EQ(harbour.seen(), second);

  // A rollback changes it too.
  const swap::Receipt back = harbour.roll_back();
  EXPECT_EQ(back.outcome, Outcome::refused);
  EXPECT_THAT(back.reason, HasSubstr("client_shape"));
  EXPECT_EQ(harbour.promote("", swap::Direction::back, {"client_shape"}).outcome, Outcome::promoted);
  EXPECT_EQ(harbour.seen(), first);
}

// "a phase failed inside a swallowed exception and the run said success" (#1145, NMDC): a row-count drop
// blocks; "dumps filled the disk" and the rest of what a switch would lose.
TEST(Incident, WhatNoSwitchBringsAlongIsRefusedByName) {
  Harbour harbour(
      ", guardrails: {sql: [{name: even, query: \"select count(*) % 2 = 0 from cargo\"}, "
      "{name: typo, query: \"select wrong\"}]}");
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote_allowing({"typo"}).outcome, Outcome::promoted);
  {
    pg::Session live = harbour.inside(first);
    run(live, "select pg_create_physical_replication_slot('standby_one')");
    run(live, "select lo_create(4711)");
    run(live, "alter system set work_mem to '9MB'");
    run(live, "select pg_reload_conf()");
  }
  harbour.build(899, "create table filled as select generate_series(1, 100) n");
  const swap::Receipt early = harbour.promote();
  EXPECT_EQ(early.outcome, Outcome::refused);
  for (const char* name :
       {"rows (table cargo: 899 now, 1000 in live", "slots (would stay behind with live: standby_one)",
        "settings (missing: ALTER SYSTEM work_mem)", "statistics (never analyzed: filled)"})
    EXPECT_THAT(early.reason, HasSubstr(name));
  // What only the candidate itself can answer is asked before anybody is held.
  const swap::Receipt late = harbour.promote_allowing({"rows", "slots", "settings", "statistics"});
  EXPECT_EQ(swap::exit_code(late.outcome), 3);
  for (const char* name : {"even (the query says f)", "typo (",
                           "large_objects (would stay behind with live: large object 4711)"})
    EXPECT_THAT(late.reason, HasSubstr(name));
  EXPECT_EQ(late.pause_ms, 0);
  EXPECT_EQ(harbour.live(), first);
  EXPECT_EQ(harbour.seen(), first);
  pg::Session live = harbour.inside(first);
  run(live, "select pg_drop_replication_slot('standby_one')");
}

}  // namespace
}  // namespace slipway
