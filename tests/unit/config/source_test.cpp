// Upstream PostgreSQL sources in slipway.yaml: what arrives, what a table may ask of which source, and each
// mistake with its place.
#include "base/config/from.hpp"
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string head =
    "targets:\n  portal: {mode: volume}\npipelines:\n  demo:\n    target: portal\n    schema: s.sql\n";

// One source `catalog`, and the table `image`.
std::string portal(const std::string& source, const std::string& table) {
  return head + "    sources:\n      catalog: " + source + "\n    tables:\n      image: {" + table + "}\n";
}
std::string source(const std::string& inner) {
  return portal("{postgres: {" + inner + "}}", "from: catalog.image");
}
std::string table(const std::string& inner) {
  return portal("{postgres: {uri_file: up}}", inner);
}
std::string file_table(const std::string& inner) {
  return portal("{files: a.csv}", inner);
}

const Mistake cases[] = {
    {"password", source("uri: 'postgresql://a:hunter2@db/x'"),
     "slipway.yaml:8:33: `uri` in `postgres` of source `catalog` of pipeline `demo` holds a password; put "
     "all "
     "of it into a file, and name that with `uri_file`"},
    {"nothing_given", source(""),
     "slipway.yaml:8:27: `uri_file` (or `uri_env`, or a `uri` without a password) is missing in `postgres` "
     "of "
     "source `catalog`"},
    {"given_twice", source("uri_file: a, uri_env: B"),
     "slipway.yaml:8:50: `uri_env` in `postgres` of source `catalog` of pipeline `demo`: another key gives"},
    {"unknown_key", source("uri_fil: a"),
     "slipway.yaml:8:27: `uri_file` (or `uri_env`, or a `uri` without a password) is missing in `postgres` "
     "of "
     "source `catalog` of pipeline `demo`\nslipway.yaml:8:28: unknown key `uri_fil` in `postgres` of source "
     "`catalog` of pipeline `demo`; did you "
     "mean `uri_file`?"},
    {"not_a_map", portal("{postgres: x}", "from: catalog.image"),
     "slipway.yaml:8:27: `postgres` in source `catalog` of pipeline `demo`: expected a map"},
    {"two_kinds", portal("{files: a.csv, postgres: {uri_file: a}}", "from: catalog"),
     "slipway.yaml:8:7: source `catalog` of pipeline `demo` has both `files` and `postgres`"},
    {"dot_in_name", head + "    sources: {a.b: {postgres: {uri_file: a}}}\n    tables: {}\n",
     "slipway.yaml:7:15: `a.b`: the name of a postgres source holds neither a dot nor a quote"},
    {"no_table", table("from: catalog"),
     "slipway.yaml:10:15: table `image` of pipeline `demo`: source `catalog` is a database; expected which "
     "table of it: `from: catalog.TABLE`"},
    {"table_of_files", file_table("from: catalog.image"),
     "slipway.yaml:10:15: table `image` of pipeline `demo`: source `catalog` is files and has no tables; "
     "expected `from: catalog`"},
    {"too_many_names", table("from: catalog.a.b.c"),
     "slipway.yaml:10:15: table `image` of pipeline `demo`: `catalog.a.b.c` names no source"},
    {"no_such_source", table("from: catalogue.image"),
     "slipway.yaml:10:7: table `image` of pipeline `demo`: there is no source `catalogue`; did you mean "
     "`catalog`?"},
    {"long_name", table("from: catalog." + std::string(64, 'x')),
     "slipway.yaml:10:15: table `image` of pipeline `demo`: `catalog.xxx"},
    {"where_of_files", file_table("from: catalog, where: 'true'"),
     "slipway.yaml:10:30: table `image` of pipeline `demo`: `where` has no place there: only a postgres "
     "source has it, and `catalog` is files"},
    {"exclude_of_files", file_table("from: catalog, exclude: [a]"), "slipway.yaml:10:30: table `image`"},
    {"limit_of_files", file_table("from: catalog, limit: 3"), "slipway.yaml:10:30: table `image`"},
    {"where_list", table("from: catalog.image, where: [a]"),
     "slipway.yaml:10:43: `where` in table `image` of pipeline `demo`: expected a text"},
    {"exclude_map", table("from: catalog.image, exclude: {a: b}"),
     "slipway.yaml:10:45: `exclude` in table `image` of pipeline `demo`: expected a list"},
    {"limit_zero", table("from: catalog.image, limit: 0"),
     "slipway.yaml:10:43: `limit` in table `image` of pipeline `demo`: expected a number of rows, 1 or more, "
     "but it is `0`"},
    {"columns_and_exclude", table("from: catalog.image, columns: {a: b}, exclude: [c]"),
     "slipway.yaml:10:53: table `image` of pipeline `demo`: `exclude` has no place beside `columns`"},
    {"duplicates", table("from: catalog.image, duplicates: reject"),
     "slipway.yaml:10:36: table `image` of pipeline `demo`: `duplicates: reject` has no place there"},
};

class SourceMistake : public testing::TestWithParam<Mistake> {};

TEST_P(SourceMistake, IsNamedWithItsPlace) {
  expect_named(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, SourceMistake, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SourceMistakes, NeverRepeatAPassword) {
  EXPECT_THAT(Written(source("uri: 'postgresql://a:hunter2@db/x'")).complaint(), Not(HasSubstr("hunter2")));
}

TEST(SourceValues, Arrive) {
  const Written file(
      table("from: catalog.image, where: license is not null, exclude: [internal_note], limit: 1000"));
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  const Pipeline& pipeline = config->pipelines.at("demo");
  EXPECT_TRUE(pipeline.sources.empty());
  EXPECT_EQ(pipeline.upstreams.at("catalog").uri.file, file.folder() / "up");
  EXPECT_EQ(pipeline.upstreams.at("catalog").at.line, 8);
  const Table& image = pipeline.tables.at(0);
  EXPECT_EQ(image.from, "catalog.image");
  EXPECT_EQ(image.where, "license is not null");
  EXPECT_THAT(image.exclude, ElementsAre("internal_note"));
  EXPECT_EQ(image.limit, 1000);
  EXPECT_EQ(image.keys_at.at("where").column, 36);
}

TEST(SourceValues, AreShownAgain) {
  const Written file(source("uri: 'postgresql://reader@db/catalog'"));
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  const std::string shown = with_defaults(*config);
  EXPECT_THAT(shown, HasSubstr("uri: postgresql://reader@db/catalog"));
  EXPECT_EQ(Written(shown).complaint(), "") << shown;
}

TEST(SourceValues, AFileSourceMayHaveADotInItsName) {
  const Written file(head + "    sources: {a.b: {files: x.csv}}\n    tables: {image: {from: a.b}}\n");
  EXPECT_EQ(file.complaint(), "");
}

TEST(From, IsTakenApart) {
  const auto split = [](std::string_view text) -> std::string {
    const std::optional<From> from = split_from(text);
    return from ? from->source + "|" + from->schema + "|" + from->table : "nothing";
  };
  EXPECT_EQ(split("a"), "a||");
  EXPECT_EQ(split("a.Some Table"), "a||Some Table");
  EXPECT_EQ(split("a.s.t"), "a|s|t");
  EXPECT_EQ(split("a.\"s.1\".\"t\"\"2\""), "a|s.1|t\"2");
  EXPECT_EQ(split("a.it's"), "a||it's");
  for (const char* wrong : {"", ".", "a.", ".a", "a..b", "a.b.c.d", "a.\"b", "a.\"b\"c", "a.\"\""})
    EXPECT_EQ(split(wrong), "nothing") << wrong;
}

}  // namespace
}  // namespace slipway::config
