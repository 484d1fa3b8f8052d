// What schema files may not do: everything that would touch something outside their snapshot's schema, one
// after the other; and what they may.
#include "swap/schema/guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/cluster.hpp"

namespace slipway::swap {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  const char* sql;
  const char* expected;  // empty: it is allowed
};

class Guard : public testing::TestWithParam<Case> {
 protected:
  static test::Cluster& server() {
    static test::Cluster cluster;
    return cluster;
  }
  void run(pg::Session& session, const std::string& sql) {
    const auto done = session.script(sql);
    if (!done) throw std::runtime_error(done.error().text());
  }
};

TEST_P(Guard, SchemaFilesKeepToTheirSchema) {
  pg::Session session = server().session(server().fresh_database());
  run(session,
      "create schema portal; create table portal.study (id int primary key); create sequence portal.ids; "
      "create function portal.f() returns int language sql as 'select 1'; create type portal.mood as enum "
      "('a'); "
      "create table public.country (id int primary key); create schema \"portal__20260101T000000Z\"; "
      "create table \"portal__20260101T000000Z\".slipway_manifest (id text); "
      "set search_path to \"portal__20260101T000000Z\"");
  SchemaGuard guard("portal", "portal__20260101T000000Z");
  run(session, "begin");
  ASSERT_TRUE(guard.begins(session));
  run(session, GetParam().sql);
  const Done ended = guard.ends(session);
  if (std::string_view(GetParam().expected).empty()) {
    EXPECT_TRUE(ended) << ended.error().text();
    return;
  }
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), Kind::usage);
  EXPECT_THAT(ended.error().text(), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Statements, Guard,
    testing::Values(
        Case{"DropsLive", "drop table if exists portal.study", "table portal.study (dropped)"},
        Case{"DropsAFunction", "drop function portal.f()", "function portal.f() (dropped)"},
        Case{"DropsAType", "drop type portal.mood", "type portal.mood (dropped)"},
        Case{"AltersLive", "alter table portal.study add column x int", "table portal.study (changed"},
        Case{"WritesLive", "insert into portal.study values (1)", "table portal.study (changed or written)"},
        Case{"CountsLive", "select nextval('portal.ids')", "sequence portal.ids (changed or written)"},
        Case{"ReplacesAFunction",
             "create or replace function portal.f() returns int language sql as 'select 2'",
             "function portal.f() (changed)"},
        Case{"GrantsOnLive", "grant select on portal.study to public", "table portal.study (changed)"},
        Case{"MakesATable", "create table public.t (id int)", "table public.t (made)"},
        Case{"MakesAFunction", "create function public.g() returns int language sql as 'select 1'",
             "function public.g() (made)"},
        Case{"MakesASchema", "create schema other", "schema other (made)"},
        Case{"MakesInASubtransaction",
             "do $$ begin begin create table public.t (id int); exception when others then null; end; end $$",
             "table public.t (made)"},
        Case{"InstallsAnExtension", "create extension pg_trgm", "extension pg_trgm (made)"},
        Case{"ViewOnLive", "create view v as select * from portal.study", "table portal.study"},
        Case{"DefaultOnLive", "create table t (id int default nextval('portal.ids'))", "sequence portal.ids"},
        Case{"KeyToLive", "create table t (id int references portal.study)", "table portal.study"},
        Case{"TriggerOnLive",
             "create function f() returns trigger language plpgsql as 'begin return new; end'; create "
             "trigger g before "
             "insert on portal.study for each row execute function f()",
             "table portal.study"},
        Case{
            "EverythingInside",
            "create type mood as enum ('a'); create domain d as int; create table a (id serial primary key, "
            "m mood); "
            "create table b (a int references a, t text); create index on b (t); create view v as select * "
            "from a; "
            "create materialized view mv as select * from v; create function f() returns int language sql "
            "begin atomic "
            "select count(*)::int from a; end; drop view v cascade; comment on table a is 'x'; alter default "
            "privileges in schema \"portal__20260101T000000Z\" grant select on tables to public; create cast "
            "(mood as "
            "d) with inout; grant select on a to public; create temp table scratch (x int); insert into a "
            "values (1)",
            ""},
        Case{"ReadsElsewhere", "create table t as select * from public.country", ""},
        Case{"NothingToDrop", "drop table if exists portal.nothing, nothing", ""}),
    [](const auto& info) { return info.param.name; });

TEST_F(Guard, SomebodyElsesWorkIsNotBlamedOnThem) {
  const std::string database = server().fresh_database();
  pg::Session session = server().session(database), other = server().session(database);
  run(session,
      "create schema portal; create table portal.study (id int); create schema \"portal__20260101T000000Z\"");
  SchemaGuard guard("portal", "portal__20260101T000000Z");
  run(session, "begin; set local search_path to \"portal__20260101T000000Z\"; create table a (id int)");
  ASSERT_TRUE(guard.begins(session));
  run(other, "create table public.later (id int); drop table portal.study");
  run(session, "create table t (id int)");
  const Done ended = guard.ends(session);
  EXPECT_TRUE(ended) << ended.error().text();
}

}  // namespace
}  // namespace slipway::swap
