// The structure of a snapshot, read from real catalogs: each kind of object is seen, and nothing else
// differs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/pg/identifier.hpp"
#include "swap/structure/read_shape.hpp"
#include "tests/support/cluster.hpp"

namespace slipway {
namespace {

using swap::Shape;
using testing::HasSubstr;

// One of everything, made in the schema that the search_path begins with.
constexpr std::string_view everything = R"(
create type mood as enum ('sad', 'it''s ok');
create type pair as (a integer, b text);
create domain positive as integer default 1 check (value > 0);
create type span as range (subtype = float8);
create table study (id bigint generated always as identity primary key, name text not null default 'x', mood mood,
  size positive, twice integer generated always as (length(name) * 2) stored, sorted text collate "C");
create table part (id integer, region text, primary key (id, region)) partition by list (region);
create table part_eu partition of part for values in ('eu');
create unlogged table scratch (n integer) with (fillfactor = 70);
create sequence counter increment 5;
alter sequence counter owned by scratch.n;
create table sample (id serial primary key, study_id bigint references study (id) on delete cascade,
  constraint odd check (id % 2 = 1) not valid);
create index sample_study on sample (study_id) include (id) where study_id > 0;
create view studies as select id, name from study;
create materialized view counts as select count(*) from study;
create function trim_name() returns trigger language plpgsql as 'begin new.name = trim(new.name); return new; end';
create function atomic(n integer) returns bigint begin atomic select count(*) from study where id = n; end;
create aggregate longest(text) (sfunc = text_larger, stype = text);
create trigger trimmed before insert on study for each row execute function trim_name();
create rule no_delete as on delete to scratch do instead nothing;
alter table sample enable row level security;
create policy own on sample for select to reader using (id > 0);
comment on table study is 'Studies';
comment on column study.name is 'Its name';
comment on index sample_study is 'By study';
comment on constraint odd on sample is 'Odd ones';
comment on function trim_name() is 'Trims';
comment on type mood is 'Moods';
grant select on study, studies, counts to reader;
grant update (name) on study to reader with grant option;
grant usage on sequence counter to reader;
revoke execute on function atomic from public;
create text search configuration plain (copy = simple);
create collation backwards (provider = libc, locale = 'C');
create table slipway_manifest (id text);
)";

void run(pg::Session& session, const std::string& sql) {
  const Result<pg::Rows> done = session.script(sql);
  if (!done) throw std::runtime_error(done.error().text());
}

Shape shape_of(pg::Session& session, const std::string& schema = "") {
  Result<Shape> shape = swap::read_shape(session, schema);
  if (!shape) throw std::runtime_error(shape.error().text());
  return std::move(shape).value();
}

std::string text(const std::vector<swap::Difference>& differences) {
  std::string out;
  for (const auto& one : differences)
    out += fmt::format("{}: {}: [{}] [{}]\n", one.kind, one.object, one.live, one.candidate);
  return out;
}

class ReadShape : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new test::Cluster;
    pg::Session session = cluster_->session();
    run(session, "create role reader; create role other");
    run(session, "create database filled");
    pg::Session filled = cluster_->session("filled");
    run(filled, std::string(everything));
    run(filled, "create extension citext; create table worded (word citext)");
    run(filled, "alter default privileges grant select on tables to reader");
    run(filled, "create publication feed for table study where (id > 3)");
    run(filled, "grant usage on schema public to reader; create schema extra");
  }
  static void TearDownTestSuite() { delete cluster_; }

  static test::Cluster* cluster_;
};
test::Cluster* ReadShape::cluster_ = nullptr;

TEST_F(ReadShape, SeesOneOfEverything) {
  pg::Session session = cluster_->session("filled");
  const Shape shape = shape_of(session);
  for (const auto& kind : swap::shape_kinds()) {
    ASSERT_TRUE(shape.kinds.contains(std::string(kind.name))) << kind.name;
    EXPECT_FALSE(shape.kinds.at(std::string(kind.name)).empty()) << kind.name;
    for (const auto& [object, definition] : shape.kinds.at(std::string(kind.name))) {
      EXPECT_EQ(object.find("slipway"), std::string::npos) << object;
      EXPECT_FALSE(definition.text.empty()) << kind.name << ": " << object;
    }
  }
  EXPECT_EQ(shape.kinds.size(), swap::shape_kinds().size());
  EXPECT_EQ(shape.kinds.at("columns").at("public.study.name").text, "text not null default 'x'::text");
  EXPECT_EQ(shape.kinds.at("types").at("public.mood").text, "enum ('sad', 'it''s ok')");
  EXPECT_EQ(shape.kinds.at("grants").at("public.study.name to reader").text, "UPDATE with grant option");
  EXPECT_EQ(shape.kinds.at("tables").at("public.part_eu").text,
            "table partition of public.part FOR VALUES IN ('eu')");
  EXPECT_FALSE(shape.kinds.at("functions").contains("public.citext_eq(citext, citext)"));
  EXPECT_TRUE(shape.kinds.at("client_shape").contains("type public.citext"));
}

TEST_F(ReadShape, LeavesTheSessionAsItWas) {
  pg::Session session = cluster_->session("filled");
  run(session, "set search_path to extra, public");
  (void)shape_of(session);
  EXPECT_FALSE(session.in_transaction());
  EXPECT_EQ(session.script("show search_path")->text(0, 0), "extra, public");
  run(session, "begin; set local search_path to extra");
  (void)shape_of(session);
  EXPECT_TRUE(session.in_transaction());
  EXPECT_EQ(session.script("show search_path")->text(0, 0), "extra");
}

TEST_F(ReadShape, TwoSchemasOfTheSameMakingAreEqual) {
  pg::Session session = cluster_->session();
  run(session, "create database schemas");
  pg::Session inside = cluster_->session("schemas");
  for (const std::string schema : {"portal", "portal__20261121T093000Z", "it's \"odd\""}) {
    run(inside, "create schema " + pg::quoted(schema) + "; set search_path to " + pg::quoted(schema));
    run(inside, std::string(everything));
    run(inside, "grant usage on schema " + pg::quoted(schema) + " to reader");
    run(inside,
        "alter default privileges in schema " + pg::quoted(schema) + " grant select on tables to reader");
    run(inside, "comment on schema " + pg::quoted(schema) + " is 'A portal'");
  }
  const Shape live = shape_of(inside, "portal");
  EXPECT_EQ(text(compare(live, shape_of(inside, "portal__20261121T093000Z"))), "");
  EXPECT_EQ(text(compare(live, shape_of(inside, "it's \"odd\""))), "");
  EXPECT_GT(live.kinds.at("grants").size(), 10U);
  EXPECT_TRUE(live.kinds.at("comments").contains("the schema"));
  // What reaches across stays named, so that it is seen.
  run(inside,
      "set search_path to \"portal__20261121T093000Z\"; create or replace view studies as select id, name "
      "from portal.study");
  const auto across = compare(live, shape_of(inside, "portal__20261121T093000Z"));
  ASSERT_EQ(across.size(), 1U) << text(across);
  EXPECT_THAT(across[0].candidate, HasSubstr("portal.study"));
}

struct Change {
  std::string sql;
  std::string kind;
  std::string object;
  int round = 0;  // those of one round do not get in each other's way
};

// Each is one change, and what it is seen as; a change of a column is one of the rows' shape too.
const std::vector<Change> changes = {
    {"create schema more", "schemas", "more"},
    {"drop table scratch cascade", "tables", "public.scratch", 1},
    {"alter table scratch set logged", "tables", "public.scratch", 2},
    {"alter table scratch alter n type bigint", "client_shape", "rows of public.scratch"},
    {"alter table study alter name drop not null", "columns", "public.study.name"},
    {"alter table study alter name drop default", "columns", "public.study.name", 1},
    {"alter table study alter id set generated by default", "columns", "public.study.id"},
    {"alter table study alter sorted type text collate \"POSIX\"", "columns", "public.study.sorted"},
    {"alter type mood add value 'happy'", "types", "public.mood"},
    {"alter type pair add attribute c integer", "types", "public.pair"},
    {"alter domain positive set not null", "types", "public.positive"},
    {"drop type span", "types", "public.span"},
    {"drop type pair; create type pair as (a integer, b text)", "client_shape", "type public.pair", 1},
    {"drop index sample_study", "indexes", "public.sample_study"},
    {"alter index sample_study rename to renamed", "indexes", "public.sample_study", 1},
    {"alter table sample drop constraint sample_study_id_fkey", "constraints",
     "public.sample.sample_study_id_fkey"},
    {"alter table sample add unique (study_id)", "constraints", "public.sample.sample_study_id_key"},
    {"drop trigger trimmed on study", "triggers", "public.study.trimmed"},
    {"alter table study disable trigger trimmed", "triggers", "public.study.trimmed", 1},
    {"drop rule no_delete on scratch", "rules", "public.scratch.no_delete"},
    {"alter table sample disable row level security", "row_security", "row security of public.sample"},
    {"alter policy own on sample using (id > 1)", "row_security", "public.sample.own"},
    {"alter view studies set (security_barrier)", "views", "public.studies"},
    {"drop view studies", "views", "public.studies", 1},
    {"drop materialized view counts", "views", "public.counts"},
    {"refresh materialized view counts with no data", "views", "public.counts", 1},
    {"drop function atomic", "functions", "public.atomic(n integer)"},
    {"alter function trim_name() set search_path to ''", "functions", "public.trim_name()"},
    {"alter sequence counter increment 2", "sequences", "public.counter"},
    {"alter sequence counter owned by none", "sequences", "public.counter", 2},
    {"revoke select on study from reader", "grants", "public.study to reader"},
    {"revoke update (name) on study from reader", "grants", "public.study.name to reader"},
    {"grant execute on function atomic to public", "grants", "public.atomic(n integer) to public", 1},
    {"revoke usage on schema public from reader", "grants", "schema public to reader"},
    {"revoke usage on type mood from public", "grants", "public.mood to its owner"},
    {"alter default privileges revoke select on tables from reader", "grants",
     "new tables of postgres to reader"},
    {"alter table study owner to other", "owners", "public.study"},
    {"comment on column study.name is null", "comments", "column name of table public.study"},
    {"comment on schema extra is 'Extra'", "comments", "schema extra"},
    {"drop publication feed", "publications", "feed of public.study"},
    {"alter publication feed set (publish = 'insert')", "publications", "feed of public.study", 1},
    {"drop extension citext cascade", "extensions", "citext"},
    {"drop collation backwards", "collation", "collation public.backwards"},
    {"drop text search configuration plain", "text_search", "configuration public.plain"},
};

TEST_F(ReadShape, SeesEachChangeByItsKindAndName) {
  pg::Session session = cluster_->session("filled");
  const Shape before = shape_of(session);
  for (int round = 0; round < 3; ++round) {
    run(session, "begin");
    for (const Change& change : changes)
      if (change.round == round) run(session, change.sql);
    const auto found = compare(before, shape_of(session));
    run(session, "rollback");
    for (const Change& change : changes) {
      if (change.round != round) continue;
      EXPECT_THAT(found,
                  testing::Contains(testing::AllOf(testing::Field(&swap::Difference::kind, change.kind),
                                                   testing::Field(&swap::Difference::object, change.object))))
          << change.sql << "\n"
          << text(found);
    }
  }
  EXPECT_EQ(text(compare(before, shape_of(session))), "");
}

TEST_F(ReadShape, KnowsWhatGoesWithWhat) {
  pg::Session session = cluster_->session("filled");
  run(session, "create schema doomed; set search_path to doomed, public");
  run(session, std::string(everything));
  const Shape before = shape_of(session);
  const auto gone_after = [&](const std::string& sql) {
    run(session, "begin");
    run(session, sql);
    const auto found = without_followers(compare(before, shape_of(session)));
    run(session, "rollback");
    std::string names;
    for (const auto& one : found) names += one.kind + ":" + one.object + " ";
    return names;
  };
  EXPECT_EQ(gone_after("drop schema doomed cascade"), "schemas:doomed ");
  EXPECT_EQ(gone_after("drop table doomed.sample"), "tables:doomed.sample ");
  EXPECT_EQ(gone_after("drop index doomed.sample_study"), "indexes:doomed.sample_study ");
  EXPECT_EQ(gone_after("alter table doomed.sample drop constraint sample_pkey"),
            "constraints:doomed.sample.sample_pkey ");
  EXPECT_EQ(gone_after("drop trigger trimmed on doomed.study; drop function doomed.trim_name()"),
            "triggers:doomed.study.trimmed functions:doomed.trim_name() ");
}

TEST_F(ReadShape, IsKeptAsJson) {
  pg::Session session = cluster_->session("filled");
  const Shape shape = shape_of(session);
  nlohmann::json kept = nlohmann::json::parse(to_json(shape).dump());
  EXPECT_EQ(*swap::shape_from_json(kept), shape);
  kept["format"] = 2;
  EXPECT_THAT(swap::shape_from_json(kept).error().text(), HasSubstr("newer Slipway"));
  EXPECT_FALSE(swap::shape_from_json(nlohmann::json::array()));
}

}  // namespace
}  // namespace slipway
