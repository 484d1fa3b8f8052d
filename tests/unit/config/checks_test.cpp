// `checks`: what they say, and what is wrong with them, by line and column.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

std::string with(const std::string& entry) {
  return "targets:\n  portal: {mode: volume}\npipelines:\n  demo:\n    target: portal\n    schema: s.sql\n"
         "    sources: {images: {files: i.csv}}\n    tables: {image: {from: images}}\n    checks:\n      - " +
         entry + "\n";
}

const Mistake cases[] = {
    {"unknown", with("uniqe: {image: [id]}"),
     "slipway.yaml:10:9: unknown check `uniqe`; expected one of: unique, not_null, accepted, references, "
     "rows, "
     "sql"},
    {"two", with("{unique: {image: [id]}, not_null: {image: [id]}}"),
     "slipway.yaml:10:9: an entry of `checks` holds one check"},
    {"none", with("{severity: warn}"), "slipway.yaml:10:9: an entry of `checks` holds one check"},
    {"no_map", with("unique"), "slipway.yaml:10:9: `checks`"},
    {"no_table", with("unique: [id]"), "slipway.yaml:10:17: `unique`"},
    {"no_column", with("unique: {image: []}"),
     "slipway.yaml:10:25: `image` in `unique` of `checks` of pipeline "
     "`demo`: expected a column, or a list of columns"},
    {"no_dot", with("accepted: {license: [by]}"),
     "slipway.yaml:10:20: `license` in `accepted` of `checks` of pipeline `demo`: expected TABLE.COLUMN"},
    {"no_other", with("references: {image.source: source}"),
     "slipway.yaml:10:36: `image.source` in `references` of `checks` of pipeline `demo`: expected the "
     "TABLE.COLUMN that it refers to, but it is `source`"},
    {"rows", with("rows: {image: 7}"), "slipway.yaml:10:23: `image`"},
    {"bound", with("rows: {image: {min: many}}"), "slipway.yaml:10:29: `min` in `image` in `rows`"},
    {"bounds", with("rows: {image: {min: 7, max: 6}}"), "slipway.yaml:10:16: `min` is greater than `max`"},
    {"severity", with("{unique: {image: id}, severity: fatal}"),
     "slipway.yaml:10:41: `severity` in pipeline `demo`: expected warn or error, but it is `fatal`"},
    {"sql", with("sql: {name: x}"), "slipway.yaml:10:14: `query` is missing in `sql` of `checks`"},
    {"expect", with("sql: {name: x, query: select 1, expect: false}"), "slipway.yaml:10:49: `expect`"},
};

class CheckMistakes : public testing::TestWithParam<Mistake> {};
TEST_P(CheckMistakes, IsNamedWithItsPlace) {
  expect_named(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Each, CheckMistakes, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CheckSettings, AreReadAndShownAgain) {
  const Written written(
      with("unique: {image: [a, b], study: id}\n"
           "      - {not_null: {image: [url, license]}, severity: warn}\n"
           "      - accepted: {public.image.license: [by, cc0]}\n"
           "      - references: {image.source: source.id}\n"
           "      - rows: {image: {min: 10, min_vs_live: 95%}}\n"
           "      - sql: {name: no orphans, query: select 1, expect: empty, severity: warn}\n"
           "      - sql: {name: enough, query: select true, expect: true}"));
  const Result<Config> config = written.load();
  ASSERT_TRUE(config) << config.error().text();
  const std::vector<Check>& checks = config->pipelines.at("demo").checks;
  ASSERT_EQ(checks.size(), 8U);
  EXPECT_EQ(std::get<UniqueCheck>(checks[0].what).columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(std::get<UniqueCheck>(checks[1].what).table, "study");
  EXPECT_EQ(checks[2].severity, Severity::warn);
  EXPECT_EQ(std::get<AcceptedCheck>(checks[3].what).table, "public.image");
  EXPECT_EQ(std::get<ReferencesCheck>(checks[4].what).other_column, "id");
  EXPECT_EQ(std::get<RowsCheck>(checks[5].what).min_vs_live_percent, 95);
  EXPECT_EQ(checks[6].severity, Severity::warn);
  EXPECT_EQ(std::get<SqlCheck>(checks[7].what).expect, Expect::truth);
  EXPECT_EQ(checks[7].severity, Severity::error);
  const std::string text = with_defaults(*config);
  EXPECT_EQ(with_defaults(*Written(text).load()), text);
}

}  // namespace
}  // namespace slipway::config
