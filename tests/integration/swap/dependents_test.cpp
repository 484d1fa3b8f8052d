// What hangs on live's schema from outside, one kind after the other: taken along by the switch, or refused
// by name; and what hangs on nothing afterwards, so that the old schema can go.
#include "swap/schema/dependents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swap/schema/rebind.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::swap {
namespace {

using testing::HasSubstr;

constexpr std::string_view snapshot_sql = R"(
create schema "NAME";
set search_path to "NAME";
create type mood as enum ('glad', 'sad');
create table study (id int primary key, name text not null, size int);
create table image (id int primary key, study int references study, m mood);
create sequence tag_seq;
create function shout(text) returns text language sql immutable as 'select upper($1)';
create function stamp() returns trigger language plpgsql as $f$begin new.note := TEXT; return new; end$f$;
create view large as select * from study where size > 10;
insert into study select i, TEXT || i, i from generate_series(1, 20) i;
insert into image select i, i, 'glad' from generate_series(1, 20) i;
reset search_path;
)";

std::string snapshot(const std::string& schema, const std::string& text) {
  std::string sql(snapshot_sql);
  for (const auto& [from, to] :
       {std::pair{std::string("NAME"), schema}, std::pair{std::string("TEXT"), text}})
    for (std::size_t at = sql.find(from); at != std::string::npos; at = sql.find(from, at + to.size()))
      sql.replace(at, from.size(), to);
  return sql;
}

const test::Cluster& server() {
  static test::Cluster cluster({"wal_level=logical"});
  return cluster;
}

class Dependents : public testing::Test {
 protected:
  Dependents() : session_(const_cast<test::Cluster&>(server()).session(fresh())) {
    run(snapshot("portal", "'old'"));
    run(snapshot("portal__20260101T000000Z", "'new'"));
    run("create schema reporting; create table reporting.note (id serial, study int, note text)");
  }

  static std::string fresh() { return const_cast<test::Cluster&>(server()).fresh_database(); }

  void run(const std::string& sql) {
    const auto done = session_.script(sql);
    if (!done) throw std::runtime_error(done.error().text() + " in " + sql);
  }
  std::string value(const std::string& sql) {
    const auto rows = session_.script(sql);
    if (!rows) return rows.error().summary();
    return rows->empty() ? "" : rows->string(0, 0);
  }

  SchemaPair pair() {
    return {"portal", value("select 'portal'::regnamespace::oid"),
            value("select '\"portal__20260101T000000Z\"'::regnamespace::oid")};
  }
  RebindPlan plan() {
    auto outward = read_dependents(session_, pair());
    if (!outward) throw std::runtime_error(outward.error().text());
    auto inward = read_inward(session_, pair());
    if (!inward) throw std::runtime_error(inward.error().text());
    return plan_rebind(*outward, *inward);
  }
  std::string refusals() {
    const Done done = refusal_of(plan());
    return done ? "" : done.error().text();
  }

  // As the engine does it, in one transaction.
  void swap() {
    const RebindPlan decided = plan();
    ASSERT_EQ(refusals(), "");
    auto transaction = pg::Transaction::begin(session_);
    auto rebinding = read_rebinding(session_, decided.rebind);
    ASSERT_TRUE(rebinding) << rebinding.error().text();
    for (const std::string& sql : rebinding->before) run(sql);
    run("alter schema portal rename to \"portal__20250101T000000Z\"; "
        "alter schema \"portal__20260101T000000Z\" rename to portal");
    for (const std::string& sql : rebinding->after) run(sql);
    // Where the registry has it.
    run("create schema slipway; create table slipway.unchecked (name text, relation oid, constraint_name "
        "text)");
    ASSERT_TRUE(remember_unchecked(session_, "portal", rebinding->unchecked));
    ASSERT_TRUE(transaction->commit());
    const Done checked = check_unchecked(session_, "portal");
    ASSERT_TRUE(checked) << checked.error().text();
  }
  std::vector<std::string> left_behind() {
    auto found = hanging_on(session_, value("select '\"portal__20250101T000000Z\"'::regnamespace::oid"));
    if (!found) throw std::runtime_error(found.error().text());
    return *found;
  }

  pg::Session session_;
};

struct Case {
  const char* name;
  const char* make;
  const char* look;  // after the switch
  const char* expected;
};

class TakenAlong : public Dependents, public testing::WithParamInterface<Case> {};

TEST_P(TakenAlong, ServesTheNewData) {
  const Case& one = GetParam();
  run(one.make);
  ASSERT_FALSE(plan().rebind.empty());
  swap();
  EXPECT_EQ(value(one.look), one.expected);
  EXPECT_THAT(left_behind(), testing::IsEmpty());
  run("drop schema \"portal__20250101T000000Z\" cascade");
  EXPECT_EQ(value(one.look), one.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, TakenAlong,
    testing::Values(
        Case{"View", "create view reporting.v as select name from portal.study where id = 1",
             "select name from reporting.v", "new1"},
        Case{"ViewOnAView",
             "create view reporting.v as select name, id from portal.large; create view reporting.w as "
             "select v.name "
             "from reporting.v join portal.study using (id) where id = 11",
             "select name from reporting.w", "new11"},
        Case{"ViewKeepsItsOptionsAndRights",
             "create role viewer; create view reporting.v with (security_barrier = true) as select name from "
             "portal.study where id = 1 with local check option; comment on view reporting.v is 'mine'; "
             "grant select on reporting.v to viewer",
             "select concat_ws(' ', array_to_string(reloptions, ','), obj_description(oid), "
             "has_table_privilege('viewer', oid, 'select'), (select name from reporting.v)) from pg_class "
             "where oid = "
             "'reporting.v'::regclass",
             "security_barrier=true,check_option=local mine t new1"},
        Case{"FunctionWithABody",
             "create function reporting.f() returns text language sql begin atomic select name from "
             "portal.study "
             "where id = 2; end",
             "select reporting.f()", "new2"},
        Case{"FunctionTypedOnATable",
             "create role caller; create function reporting.f(portal.study) returns text language sql as "
             "'select "
             "$1.name'; revoke all on function reporting.f from public; grant execute on function "
             "reporting.f to caller",
             "select concat_ws(' ', reporting.f(s), has_function_privilege('caller', "
             "'reporting.f(portal.study)', "
             "'execute'), has_function_privilege('public', 'reporting.f(portal.study)', 'execute')) from "
             "portal.study s "
             "where id = 3",
             "new3 t f"},
        Case{"ForeignKey",
             "insert into reporting.note (study) values (1); alter table reporting.note add constraint "
             "to_study "
             "foreign key (study) references portal.study on delete cascade; comment on constraint to_study "
             "on "
             "reporting.note is 'kept'",
             "select concat_ws(' ', convalidated, pg_get_constraintdef(oid), obj_description(oid), confrelid "
             "= "
             "'portal.study'::regclass) from pg_constraint where conname = 'to_study'",
             "t FOREIGN KEY (study) REFERENCES portal.study(id) ON DELETE CASCADE kept t"},
        Case{"ForeignKeyOfAPartitionedTable",
             "create table reporting.p (study int references portal.study) partition by range (study); "
             "create table "
             "reporting.p1 partition of reporting.p for values from (0) to (10); insert into reporting.p "
             "values (1)",
             "select count(*) from pg_constraint where contype = 'f' and confrelid = "
             "'portal.study'::regclass and "
             "conrelid::regclass::text like 'reporting.p%' and convalidated",
             "2"},
        Case{"Check", "alter table reporting.note add constraint loud check (note = portal.shout(note))",
             "select concat_ws(' ', convalidated, pg_get_constraintdef(oid)) from pg_constraint where "
             "conname = 'loud'",
             "t CHECK ((note = portal.shout(note)))"},
        Case{"DefaultGoesOnCounting",
             "alter table reporting.note alter column study set default nextval('portal.tag_seq'); insert "
             "into "
             "reporting.note (note) select 'x' from generate_series(1, 7)",
             "with i as (insert into reporting.note (note) values ('y') returning study) select study > 7 "
             "from i",
             "t"},
        Case{"Policy",
             "create policy own on reporting.note using (exists (select from portal.study s where s.id = "
             "study)) with "
             "check (portal.shout(note) = note)",
             "select pg_get_expr(polqual, polrelid) || pg_get_expr(polwithcheck, polrelid) like "
             "'%portal.study%' from "
             "pg_policy where polname = 'own'",
             "t"},
        Case{"Trigger",
             "create trigger stamps before insert on reporting.note for each row execute function "
             "portal.stamp(); "
             "alter table reporting.note enable always trigger stamps",
             "with i as (insert into reporting.note (study) values (1) returning note) select concat(note, "
             "(select "
             "tgenabled from pg_trigger where tgname = 'stamps')) from i",
             "newA"},
        Case{"Publication",
             "create publication changes for table portal.study (id, name) where (size > 3), portal.image",
             "select string_agg(concat_ws(' ', schemaname, tablename, attnames, rowfilter), '; ' order by "
             "tablename) "
             "from pg_publication_tables",
             "portal image {id,study,m}; portal study {id,name} (size > 3)"},
        Case{"PublicationOfASchema", "create publication changes for tables in schema portal",
             "select string_agg(schemaname || '.' || tablename, ' ' order by tablename) from "
             "pg_publication_tables",
             "portal.image portal.study"},
        Case{"DefaultPrivileges",
             "create role later_reader; alter default privileges in schema portal grant select on tables to "
             "later_reader",
             "select count(*) = 1 from pg_default_acl where defaclnamespace = 'portal'::regnamespace and "
             "defaclacl::text like '%later_reader=r/%'",
             "t"}),
    [](const auto& info) { return info.param.name; });

class Refused : public Dependents, public testing::WithParamInterface<Case> {};

TEST_P(Refused, ByItsName) {
  run(GetParam().make);
  EXPECT_THAT(refusals(), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Refused,
    testing::Values(
        Case{"MaterializedView", "create materialized view reporting.mv as select * from portal.study", "",
             "materialized view reporting.mv: it hangs on"},
        Case{"ColumnOfAType", "alter table reporting.note add column m portal.mood", "",
             "column m of table reporting.note: it hangs on type portal.mood"},
        Case{"ViewWithAColumnOfAType", "create view reporting.v as select m from portal.image", "",
             "column m of view reporting.v: it hangs on type portal.mood"},
        Case{"Child", "create table reporting.child () inherits (portal.study)", "", "table reporting.child"},
        Case{"IndexByAFunction", "create index shouted on reporting.note (portal.shout(note))", "",
             "index reporting.shouted"},
        Case{"TypedFunctionInUse",
             "create function reporting.f(portal.study) returns text language sql as 'select $1.name'; "
             "create view "
             "reporting.v as select reporting.f(s) from portal.study s",
             "", "something else hangs on it in turn"},
        Case{"MissingColumn",
             "alter table \"portal__20260101T000000Z\".study rename name to title; create view reporting.v "
             "as select "
             "name from portal.study",
             "", "view reporting.v: the candidate's study has no column name"},
        Case{"MissingTable",
             "drop table \"portal__20260101T000000Z\".image; create view reporting.v as select id from "
             "portal.image",
             "", "view reporting.v: the candidate has no image"},
        Case{"OtherType",
             "alter table \"portal__20260101T000000Z\".image alter column id type bigint; create view "
             "reporting.v as "
             "select id from portal.image",
             "", "view reporting.v: column image.id is integer in live and bigint in the candidate"},
        Case{"CandidatesDefaultOnLive",
             "alter table \"portal__20260101T000000Z\".image alter column study set default "
             "nextval('portal.tag_seq')",
             "", "of the candidate hangs on sequence portal.tag_seq"},
        Case{"CandidatesKeyOnLive",
             "alter table \"portal__20260101T000000Z\".image add constraint wrong foreign key (study) "
             "references "
             "portal.study",
             "", "constraint wrong on table \"portal__20260101T000000Z\".image of the candidate hangs on"},
        Case{"CandidatesViewOnLive",
             "create view \"portal__20260101T000000Z\".v as select * from portal.study", "",
             "view \"portal__20260101T000000Z\".v of the candidate hangs on"}),
    [](const auto& info) { return info.param.name; });

TEST_F(Dependents, RowsThatWouldRefertoNothingAreFound) {
  run("insert into reporting.note (study) values (20), (null); alter table reporting.note add constraint "
      "to_study "
      "foreign key (study) references portal.study");
  auto found = orphans(session_, plan().rebind, pair());
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_THAT(*found, testing::IsEmpty());
  run("delete from \"portal__20260101T000000Z\".image where study = 20; delete from "
      "\"portal__20260101T000000Z\".study where id = 20");
  found = orphans(session_, plan().rebind, pair());
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_THAT(*found, testing::ElementsAre("constraint to_study on table reporting.note"));
}

TEST_F(Dependents, WhatBelongsToSomebodyElseIsRefused) {
  run("create role keeper; create role owner; create view reporting.v as select name from portal.study; "
      "alter view reporting.v owner to keeper; grant usage on schema reporting, portal to owner; set role "
      "owner");
  EXPECT_THAT(refusals(), HasSubstr("view reporting.v: it belongs to a role that ours is no member of"));
}

}  // namespace
}  // namespace slipway::swap
