// `columns` for tables of an upstream, and rows of theirs that our table refuses.
#include <gmock/gmock.h>

#include "tests/integration/ingest/upstream.hpp"

namespace slipway::ingest::test {
namespace {

using testing::HasSubstr;

config::Column column(const std::string& name, std::optional<std::string> path = {}) {
  config::Column column;
  column.name = name;
  column.path = std::move(path);
  column.at = {"slipway.yaml", 8, 9};
  return column;
}

TEST(UpstreamColumns, AreRenamedTrimmedAndFilled) {
  UpstreamPortal portal;
  portal.schema(
      "CREATE TABLE image (id int, title varchar(20), kind text, source text, size bigint, left_out int "
      "DEFAULT 7);");
  portal.there(
      "CREATE TABLE picture (\"the id; --\" int, name varchar(20), kind text, size bigint, left_out int);"
      "INSERT INTO picture VALUES (1, E' \\t x ', 'n/a', NULL, 1), (2, 'y', '', 5, 1), (3, NULL, 'it''s', "
      "-1, 1)");
  config::Table& table = portal.from("image", "picture");
  config::Column title = column("title", "name");
  title.trim = true;
  title.fallback = "it's \\ untitled";
  config::Column kind = column("kind");
  kind.null_if = {"n/a", "", "it's"};
  config::Column source = column("source");
  source.constant = "o'brien\\";
  config::Column size = column("size");
  size.null_if = {"-1"};
  size.fallback = "0";
  table.columns = {column("id", "the id; --"), title, kind, source, size};
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM image ORDER BY id"),
            "1|x|NULL|o'brien\\|0|7\n2|y|NULL|o'brien\\|5|7\n3|it's \\ untitled|NULL|o'brien\\|0|7\n");
  // In binary all the same.
  EXPECT_EQ(portal.listener.all_lines(),
            "table image: not named in `columns`, so not read from catalog.picture: left_out\n");
}

TEST(UpstreamColumns, MistakesAreNamedBeforeTheLoad) {
  struct Mistake {
    std::function<void(config::Table&)> change;
    std::string complaint;
  };
  const std::vector<Mistake> all = {
      {[](config::Table& table) { table.columns = {column("nope")}; },
       "slipway.yaml:8:9: table t has no column nope"},
      {[](config::Table& table) { table.columns = {column("id", "nope")}; },
       "slipway.yaml:8:9: catalog.t has no column nope"},
      {[](config::Table& table) {
         table.columns = {column("id")};
         table.columns[0].trim = true;
       },
       "slipway.yaml:8:9: column id: only texts can be trimmed"},
      {[](config::Table& table) {
         table.columns = {column("id")};
         table.columns[0].fallback = "x";
       },
       "source catalog does not take these `columns`: "},
      {[](config::Table& table) {
         table.columns = {column("id")};
         table.columns[0].constant = "many";
       },
       "source catalog does not take these `columns`: "},
      {[](config::Table& table) { table.columns = {column("note")}; },
       "column id of table t is NOT NULL, has no default, and `columns` does not name it"},
  };
  for (const Mistake& one : all) {
    UpstreamPortal portal;
    portal.schema("CREATE TABLE t (id int NOT NULL, note text);");
    portal.there("CREATE TABLE t (id int, note text)");
    one.change(portal.from("t", "t"));
    const Error error = portal.failure();
    EXPECT_EQ(error.kind(), Kind::usage) << error.text();
    EXPECT_THAT(error.text(), HasSubstr(one.complaint));
  }
}

TEST(UpstreamRejects, ARefusedRowIsFoundAndTheOthersAreLoaded) {
  for (const char* here : {"int", "smallint"}) {  // in binary at first, and by text
    UpstreamPortal portal;
    portal.schema(fmt::format("CREATE TABLE t (id {} CHECK (id % 10000 <> 7), name text);", here));
    portal.there(
        "CREATE TABLE t (id int, name text);"
        "INSERT INTO t SELECT g, E'tab\\t' || g FROM generate_series(1, 30000) g");
    portal.from("t", "t");
    portal.allow(3);
    const Report report = portal.built();
    const TableReport& table = report.tables.at("t");
    EXPECT_EQ(table.read, 30'000);
    EXPECT_EQ(table.loaded, 29'997);
    EXPECT_EQ(table.rejected, 3);
    EXPECT_EQ(portal.value("SELECT count(*) FROM t"), "29997");
    EXPECT_EQ(portal.read("rejects/t.upstream.rejects.tsv"),
              "id\tname\n7\ttab\\t7\n10007\ttab\\t10007\n20007\ttab\\t20007\n");
    const std::string log = portal.read("rejects/t.upstream.rejects.log");
    EXPECT_THAT(log, HasSubstr("\"file\":\"catalog.t\",\"row\":10007,"));
    EXPECT_THAT(log, HasSubstr("violates check constraint"));
    EXPECT_EQ(table.reject_files.size(), 2U);
    EXPECT_EQ(portal.value("SELECT relallvisible = relpages FROM pg_class WHERE relname = 't'"), "t");
  }
}

TEST(UpstreamRejects, MoreThanAllowedFailTheBuildAndAreNamed) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int CONSTRAINT low CHECK (id < 100), name text);");
  portal.there(
      "CREATE TABLE t (id int, name text); INSERT INTO t SELECT g, 'n' FROM generate_series(1, 500) g");
  portal.from("t", "t");
  portal.allow(5);
  const Error error = portal.failure();
  EXPECT_EQ(error.kind(), Kind::refused);
  EXPECT_THAT(error.text(),
              HasSubstr("row 100: new row for relation \"t\" violates check constraint \"low\""));
  EXPECT_THAT(error.text(), HasSubstr("t.upstream.rejects.log"));
}

}  // namespace
}  // namespace slipway::ingest::test
