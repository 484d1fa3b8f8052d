// Tables that a query fills: their settings, and what does not go together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/mistake.hpp"
#include "tests/unit/config/written.hpp"

namespace slipway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string table(const std::string& inner, const std::string& start = "live") {
  return "targets:\n  portal: {mode: volume}\npipelines:\n  demo:\n    target: portal\n    start: " + start +
         "\n    schema: schema.sql\n    params: {dataset: null, mode: full}\n    sources: {docs: {files: "
         "'**/*.json', format: documents}, lines: {files: a.ndjson}}\n    tables:\n      run: {" +
         inner + "}\n";
}

const Mistake cases[] = {
    {"neither", table("duplicates: fail"),
     "slipway.yaml:11:12: `from` (or `sql`) is missing in table `run` of pipeline `demo`"},
    {"both", table("sql: a.sql, from: docs"),
     "slipway.yaml:11:13: table `run` of pipeline `demo`: it has both"},
    {"columns", table("sql: a.sql, columns: {a: b}"),
     "slipway.yaml:11:25: table `run` of pipeline `demo`: `columns` has no place there: the query says it"},
    {"where", table("sql: a.sql, where: x"), "slipway.yaml:11:25"},
    {"documents_without_a_query", table("from: docs"),
     "slipway.yaml:11:13: table `run` of pipeline `demo`: source `docs` is documents: a table takes it by a "
     "query"},
    {"key_without_a_query", table("from: lines, key: [a]"), "slipway.yaml:11:26"},
    {"id_without_a_key", table("sql: a.sql, id: stable"),
     "slipway.yaml:11:25: table `run` of pipeline `demo`: `id: stable` needs a `key`"},
    {"id_otherwise", table("sql: a.sql, key: [a], id: new"),
     "slipway.yaml:11:39: `id` in table `run` of pipeline `demo`: expected stable, but it is `new`"},
    {"rejects_without_a_key", table("sql: a.sql, duplicates: reject"),
     "slipway.yaml:11:25: table `run` of pipeline `demo`: `duplicates: reject` needs"},
    {"scope_without_live", table("sql: a.sql, scope: a = 1", "empty"),
     "slipway.yaml:11:25: table `run` of pipeline `demo`: `scope` needs `start: live`"},
};

class SqlMistake : public testing::TestWithParam<Mistake> {};

TEST_P(SqlMistake, IsNamedWithItsPlace) {
  expect_named(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, SqlMistake, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SqlValues, ArriveAndAreShownAgain) {
  const Written file(
      table("sql: sql/run.sql, key: [dataset_id, name], id: stable, scope: 'dataset_id = :dataset'"));
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  const Pipeline& pipeline = config->pipelines.at("demo");
  const Table& run = pipeline.tables.at(0);
  EXPECT_EQ(run.sql, "sql/run.sql");
  EXPECT_THAT(run.key, ElementsAre("dataset_id", "name"));
  EXPECT_TRUE(run.stable_id);
  EXPECT_EQ(run.scope, "dataset_id = :dataset");
  EXPECT_EQ(pipeline.params.at("mode"), "full");
  EXPECT_EQ(pipeline.params.at("dataset"), std::nullopt);
  EXPECT_EQ(pipeline.sources.at("docs").format, FileFormat::documents);
  const std::string shown = with_defaults(*config);
  EXPECT_THAT(shown, HasSubstr("scope: dataset_id = :dataset"));
  EXPECT_EQ(Written(shown).complaint(), "") << shown;
}

TEST(SchemaOfLive, IsShownAgain) {
  const std::string text =
      "targets:\n  portal: {mode: volume}\npipelines:\n  demo: {target: portal, schema: {clone: live}, "
      "sources: {}, "
      "tables: {}}\n";
  const Result<Config> config = Written(text).load();
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(Written(with_defaults(*config)).complaint(), "");
}

}  // namespace
}  // namespace slipway::config
