// Tables that queries fill: sources and live as relations, parameters, order, keys, ids, and what is said of
// mistakes.
#include <gmock/gmock.h>

#include "tests/integration/ingest/portal.hpp"
#include "tests/integration/ingest/upstream.hpp"

namespace slipway::ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Sql : public testing::Test {
 protected:
  std::string failure() {
    const Result<Report> report = portal.build();
    EXPECT_FALSE(report) << "the build worked";
    return report ? "" : report.error().text();
  }
  // Nothing that only queries need is left.
  std::string own_schemas() {
    return portal.value("select count(*) from pg_namespace where nspname like 'slipway%'");
  }
  Portal portal;
};

TEST_F(Sql, ACsvsColumnsAreTextAndALinesDocumentIsJson) {
  portal.schema("create table image (id int primary key, title text, tags int)");
  portal.file("image.csv", "id,title\n1,one\n2,\"two, too\"\n3,\n");
  portal.file("tag.ndjson", "{\"image\":1,\"tag\":\"a\"}\n{\"image\":1,\"tag\":0}\n");
  portal.source("images", "image.csv");
  portal.source("tags", "tag.ndjson");
  portal.query("image",
               "select id::int, title, (select count(*) from source.tags where (doc->>'image')::int = "
               "images.id::int)::int as tags from source.images where id <> ':x' -- :nothing\n;");
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("select * from image order by id"), "1|one|2\n2|two, too|0\n3|NULL|0\n");
  EXPECT_EQ(report.read.at("images"), 3);
  EXPECT_EQ(report.read.at("tags"), 2);
  EXPECT_EQ(report.tables.at("image").loaded, 3);
  EXPECT_EQ(report.tables.size(), 1U) << "a source is no table";
  EXPECT_EQ(report.inputs.size(), 2U);
  EXPECT_EQ(own_schemas(), "0");
  EXPECT_EQ(portal.value("select count(*) from pg_class where relname = 'image_pkey'"), "1");
}

TEST_F(Sql, ParametersAreBoundAndNeverPasted) {
  portal.schema("create table t (a text, n int default 7)");
  portal.source("s", "s.csv");
  portal.file("s.csv", "a\nx\n");
  portal.query("t", "select :word as a from source.s where 5 > :n");
  portal.params = {{"word", "'; drop table t; --"}, {"n", "3"}};
  portal.built();
  EXPECT_EQ(portal.rows("select * from t"), "'; drop table t; --|7\n");
}

TEST_F(Sql, AParameterOfTheWrongTypeIsNamedBeforeAnythingIsRead) {
  portal.schema("create table t (n int)");
  portal.file("s.csv", "a\nx\n");
  portal.source("s", "s.csv");
  portal.query("t", "select 1 as n\nfrom source.s where 5 > :n");
  portal.params = {{"n", "many"}};
  const std::string said = failure();
  EXPECT_THAT(said, HasSubstr("t.sql:2:25"));
  EXPECT_THAT(said, HasSubstr("integer"));
}

TEST_F(Sql, TablesThatReadEachOtherAreFilledInOrder) {
  portal.schema(
      "create table a (n int primary key); create table b (n int references a); create view v as select n "
      "from b;"
      "create table c (n int)");
  portal.query("c", "select n from v");
  portal.query("b", "select n from a where n > 1");
  portal.query("a", "select n from generate_series(1, 3) n");
  portal.built();
  EXPECT_EQ(portal.rows("select n from c order by 1"), "2\n3\n");
}

TEST_F(Sql, ACircleIsNamed) {
  portal.schema("create table a (n int); create table b (n int)");
  portal.query("a", "select n from b");
  portal.query("b", "select n from a");
  EXPECT_THAT(failure(), HasSubstr("a reads b reads a"));
}

TEST_F(Sql, WhatOnlyLeavesOutIsNotTakenAsEmpty) {
  portal.schema("create table a (n int); create table b (n int)");
  portal.query("a", "select 1 as n");
  portal.query("b", "select n from a");
  portal.only = {"b"};
  EXPECT_THAT(failure(), HasSubstr("table b reads table a"));
}

TEST_F(Sql, MistakesHaveTheirPlaceInTheFile) {
  const struct {
    const char* sql;
    const char* said;
  } cases[] = {
      {"select 1 as n,\n  :p::int + wrong as m", "t.sql:2:13"},
      {"select 1 as nn", "gives nn, and table t has no such column"},
      {"select 1 as n, 2 as n", "twice"},
      {"select 1", "has no name"},
      {"select\n  'x'::text as n", "t.sql:2:3"},
      {"with gone as (delete from t returning n) select n from gone", "t.sql:1:6"},
      {"select n from source.s s", "t.sql:1:8"},
      {"select 1 as g", "generated"},
      {"select 1 as m", "NOT NULL"},
  };
  portal.schema("create table t (n int not null, m int, g int generated always as (m + 1) stored)");
  portal.file("s.csv", "a\nx\n");
  portal.source("s", "s.csv");
  portal.params = {{"p", "1"}};
  for (const auto& one : cases) {
    portal.pipeline().tables.clear();
    portal.pipeline().schema = {"schema.sql"};
    portal.query("t", one.sql);
    portal.run("drop table if exists t");
    const Result<Report> report = portal.build();
    ASSERT_FALSE(report) << one.sql;
    EXPECT_THAT(report.error().text(), HasSubstr(one.said)) << one.sql;
    EXPECT_EQ(report.error().kind(), Kind::usage) << one.sql;
    portal.run("drop schema slipway_build_source cascade; drop schema slipway_build_live cascade");
  }
}

TEST_F(Sql, ARowThatDoesNotFitFailsTheJob) {
  portal.schema("create table t (n int, code varchar(3))");
  portal.file("s.csv", "n\n1\ntwo\n");
  portal.source("s", "s.csv");
  portal.query("t", "select n::int from source.s");
  const std::string said = failure();
  EXPECT_THAT(said, HasSubstr("two"));
  EXPECT_THAT(said, HasSubstr("t.sql:1"));
}

TEST_F(Sql, TypesAreCastByAssignment) {
  portal.schema("create table t (code varchar(3))");
  portal.query("t", "select 'long'::text as code");
  EXPECT_THAT(failure(), HasSubstr("too long")) << "an explicit cast would have cut it";
}

TEST_F(Sql, ADuplicateKeyNamesTheRows) {
  portal.schema("create table t (a int, b text, c int)");
  portal
      .query("t",
             "select * from (values (1, 'x', 1), (1, 'x', 2), (2, 'y', 3), (3, 'z', 4), (3, 'z', 5), (3, "
             "'z', 6)) v(a, b, c)")
      .key = {"a", "b"};
  const Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::refused);
  EXPECT_THAT(report.error().text(), HasSubstr("(1,x) 2 times, (3,z) 3 times"));
}

TEST_F(Sql, DuplicatesCanBeRejects) {
  portal.schema("create table t (a int, c int)");
  config::Table& table = portal.query("t", "select * from (values (1, 1), (1, 2), (2, 3)) v(a, c)");
  table.key = {"a"};
  table.duplicates = config::Duplicates::reject;
  portal.allow(1);
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("select * from t order by a"), "1|1\n2|3\n") << "the first is kept";
  EXPECT_EQ(report.tables.at("t").read, 3);
  EXPECT_EQ(report.tables.at("t").rejected, 1);
  EXPECT_EQ(portal.read("rejects/t.sql.rejects.ndjson"), "{\"a\": 1, \"c\": 2}\n");
  EXPECT_THAT(portal.read("rejects/t.sql.rejects.log"), HasSubstr("same key (a)"));
}

TEST_F(Sql, ADocumentThatIsNoJsonFailsTheJobAndIsNamed) {
  portal.schema("create table t (n int)");
  portal.file("d/one.json", "{\"n\": 1}");
  portal.file("d/two.json", "{\"n\":\n oops}");
  portal.source("docs", "d/*.json", config::FileFormat::documents);
  portal.query("t", "select (doc->>'n')::int as n from source.docs");
  EXPECT_THAT(failure(), HasSubstr("d/two.json:2"));
}

TEST_F(Sql, ALineThatIsNoJsonFailsTheJobAndIsNamed) {
  portal.schema("create table t (n int)");
  portal.file("l.ndjson", "{\"n\":1}\n{\"n\":\"\\u0000\"}\n");
  portal.source("l", "l.ndjson");
  portal.query("t", "select (doc->>'n')::int as n from source.l");
  EXPECT_THAT(failure(), HasSubstr("l.ndjson:2"));
}

TEST_F(Sql, WithoutLiveItsTablesAreEmpty) {
  portal.schema("create table t (n int, word text)");
  portal.query(
      "t", "select n, coalesce((select max(word) from live.t), 'none') as word from generate_series(1, 2) n");
  portal.built();
  EXPECT_EQ(portal.rows("select * from t order by n"), "1|none\n2|none\n");
}

TEST_F(Sql, LiveIsReadWhereItLies) {
  Portal old;
  old.run(
      "create type mood as enum ('glad', 'sad'); create table t (n int, word text, m mood, gone int);"
      "insert into t values (1, 'one', 'sad', 5), (2, e'tab\\tand \\\\', 'glad', 6)");
  portal.live = LivePlace{"20260101T000000Z", cluster().conninfo(old.database()), "public", false};
  portal.schema(
      "create type mood as enum ('glad', 'sad'); create table t (n int, word text, m mood, added int)");
  portal.query("t", "select n, word, m, coalesce(added, gone) as added from live.t");
  portal.built();
  EXPECT_EQ(portal.rows("select * from t order by n"), "1|one|sad|5\n2|tab\tand \\|glad|6\n");
}

TEST_F(Sql, NeitherLiveNorDeclaredIsAMistake) {
  portal.schema("create table t (n int)");
  portal.query("t", "select n from\n live.nothing");
  EXPECT_THAT(failure(), HasSubstr("t.sql:2:2"));
}

TEST_F(Sql, StableIdsAreThoseOfLive) {
  const char* schema =
      "create table t (id int generated always as identity primary key, name text unique, word text)";
  Portal old;
  old.schema(schema);
  config::Table& first =
      old.query("t", "select * from (values ('c', 'x'), ('a', 'x'), ('b', 'x')) v(name, word)");
  first.key = {"name"};
  first.stable_id = true;
  old.built();
  EXPECT_EQ(old.rows("select id, name from t order by id"), "1|a\n2|b\n3|c\n") << "in the order of the key";
  old.run("delete from t where name = 'c'");

  portal.live = LivePlace{"20260101T000000Z", cluster().conninfo(old.database()), "public", false};
  portal.schema(schema);
  config::Table& again =
      portal.query("t", "select * from (values ('aa', 'y'), ('c', 'y'), ('b', 'y')) v(name, word)");
  again.key = {"name"};
  again.stable_id = true;
  portal.built();
  EXPECT_EQ(portal.rows("select id, name, word from t order by id"), "2|b|y\n4|aa|y\n5|c|y\n")
      << "3 was given out once and is not given out again";
}

TEST_F(Sql, AScopeReplacesItsRowsAlone) {
  portal.schema(
      "create table parent (id int generated by default as identity primary key, dataset int, name text);"
      "create table child (parent_id int references parent, n int)");
  portal.run(portal.read("schema.sql"));
  portal.run(
      "insert into parent (dataset, name) values (1, 'a'), (1, 'gone'), (2, 'other'), (12, 'twelve');"
      "insert into child values (1, 1), (2, 2), (3, 3)");
  portal.copy_of = "20260101T000000Z";
  portal.live = LivePlace{"20260101T000000Z", cluster().conninfo(portal.database()), "public", false};
  portal.pipeline().start = config::Start::live;
  config::Table& child =
      portal.query("child", "select p.id as parent_id, 9 as n from parent p where p.dataset = :dataset");
  child.scope = "parent_id in (select id from parent where dataset = :dataset)";
  config::Table& parent = portal.query(
      "parent", "select * from (values (:dataset::int, 'a'), (:dataset::int, 'new')) v(dataset, name)");
  parent.key = {"dataset", "name"};
  parent.stable_id = true;
  parent.scope = "dataset = :dataset";
  portal.params = {{"dataset", "1"}};
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("select * from parent order by id"), "1|1|a\n3|2|other\n4|12|twelve\n5|1|new\n");
  EXPECT_EQ(portal.rows("select * from child order by 1"), "1|9\n3|3\n5|9\n");
  EXPECT_EQ(report.tables.at("parent").loaded, 2);
  EXPECT_EQ(report.tables.at("parent").kept, 2);
  const std::string before = portal.rows("select md5(string_agg(p::text, ',' order by id)) from parent p");
  portal.built();
  EXPECT_EQ(portal.rows("select md5(string_agg(p::text, ',' order by id)) from parent p"), before)
      << "the same input once more";
}

TEST_F(Sql, ARowOutsideItsScopeFailsTheJob) {
  portal.run("create table t (dataset int, name text); insert into t values (1, 'a'), (2, 'b')");
  portal.copy_of = "20260101T000000Z";
  portal.pipeline().start = config::Start::live;
  portal.query("t", "select d as dataset, 'x' as name from generate_series(1, 2) d").scope =
      "dataset = :dataset";
  portal.params = {{"dataset", "1"}};
  EXPECT_THAT(failure(), HasSubstr("not in its scope"));
  EXPECT_EQ(portal.rows("select * from t order by 1"), "1|a\n2|b\n");
}

TEST_F(Sql, AKeyThatIsOutsideTheScopeAlreadyFailsTheJob) {
  portal.run("create table t (dataset int, name text); insert into t values (1, 'a'), (2, 'b')");
  portal.copy_of = "20260101T000000Z";
  portal.pipeline().start = config::Start::live;
  config::Table& table = portal.query("t", "select 1 as dataset, 'b' as name");
  table.scope = "dataset = 1";
  table.key = {"name"};
  EXPECT_THAT(failure(), HasSubstr("(b)"));
}

TEST_F(Sql, TheSameInputGivesTheSameFingerprint) {
  const auto fingerprint = [](const std::string& word) {
    Portal one;
    one.schema("create table t (a text)");
    one.file("s.csv", "a\nx\n");
    one.source("s", "s.csv");
    one.query("t", "select a || :word as a from source.s");
    one.params = {{"word", word}};
    return one.built().input_fingerprint;
  };
  EXPECT_EQ(fingerprint("y"), fingerprint("y"));
  EXPECT_NE(fingerprint("y"), fingerprint("z"));
}

TEST(SqlUpstream, ATableOfAnUpstreamIsARelation) {
  UpstreamPortal portal;
  portal.there(
      "create type mood as enum ('glad'); create table image (id int, title text, m mood);"
      "insert into image values (1, 'one', 'glad'), (2, 'two', null)");
  portal.schema("create table t (n int, m text)");
  portal.query("t", "select image.id as n, image.m from source.catalog.image where title = 'one'");
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("select * from t"), "1|glad\n");
  EXPECT_EQ(report.read.at("catalog.image"), 2);
  EXPECT_EQ(report.inputs.size(), 1U);
  EXPECT_EQ(portal.value("select count(*) from pg_namespace where nspname like 'slipway%'"), "0");
}

}  // namespace
}  // namespace slipway::ingest::test
