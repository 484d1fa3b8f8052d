// `format` and `dialect` of a source of files: what arrives, what is shown again, and each mistake with its
// place.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string portal(const std::string& source) {
  return "targets:\n  portal: {mode: volume}\npipelines:\n  demo:\n    target: portal\n    schema: s.sql\n"
         "    sources:\n      images: {files: \"*.csv\", " +
         source + "}\n    tables:\n      image: {from: images}\n";
}

const Mistake cases[] = {
    {"no_such_format", portal("format: excel"),
     "slipway.yaml:8:40: `format` in source `images` of pipeline `demo`: expected auto (by the file's name), "
     "csv, tsv, text, ndjson, json, documents or listing"},
    {"no_such_key", portal("dialect: {delimeter: x}"), "did you mean `delimiter`?"},
    {"letter", portal("dialect: {delimiter: x}"),
     "slipway.yaml:8:53: `delimiter` in `dialect` of source `images` of pipeline `demo`: expected one ASCII "
     "character"},
    {"two_letters", portal("dialect: {delimiter: '||'}"), "expected one ASCII character"},
    {"not_ascii", portal("dialect: {quote: '»'}"), "expected one ASCII character"},
    {"line_end", portal("dialect: {quote: \"\\n\"}"), "expected one ASCII character"},
    {"no_delimiter", portal("dialect: {delimiter: none}"), "expected one ASCII character"},
    {"same", portal("dialect: {delimiter: \"'\", quote: \"'\"}"), "delimiter, quote and escape must differ"},
    {"same_by_default", portal("format: tsv, dialect: {quote: tab}"), "must differ"},
    {"escape_of_nothing", portal("dialect: {quote: none, escape: '\\'}"), "nothing that `escape` escapes"},
    {"of_json", portal("format: ndjson, dialect: {delimiter: ';'}"),
     "slipway.yaml:8:48: `dialect` in source `images` of pipeline `demo`: JSON has none"},
    {"quotes_in_text", portal("format: text, dialect: {quote: \"'\"}"), "has no quotes"},
    {"backslash_in_text", portal("format: text, dialect: {delimiter: '\\'}"), "a backslash cannot be"},
    {"name_twice", portal("dialect: {names: [a, b, a]}"), "`a` stands there twice"},
    {"ragged", portal("dialect: {ragged: cut}"), "expected reject or pad"},
    {"header", portal("dialect: {header: 2}"), "expected true or false"},
};

class DialectMistake : public testing::TestWithParam<Mistake> {};

TEST_P(DialectMistake, IsNamedWithItsPlace) {
  const Written file(GetParam().yaml);
  EXPECT_THAT(file.complaint(), HasSubstr(GetParam().complaint));
  EXPECT_THAT(file.complaint(), StartsWith("slipway.yaml:8:"));
}

INSTANTIATE_TEST_SUITE_P(Each, DialectMistake, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

FileSource source_of(const std::string& source) {
  const Result<Config> config = Written(portal(source)).load();
  EXPECT_TRUE(config) << (config ? "" : config.error().text());
  return config ? config->pipelines.at("demo").sources.at("images") : FileSource{};
}

TEST(Dialect, WithoutAnyEverythingFollowsFromTheFilesName) {
  const FileSource source = source_of("format: auto");
  EXPECT_EQ(source.format, FileFormat::by_name);
  EXPECT_FALSE(source.dialect.delimiter || source.dialect.quote || source.dialect.escape);
  EXPECT_FALSE(source.dialect.nulls || source.dialect.header);
  EXPECT_EQ(source.dialect.ragged, Ragged::reject);
}

TEST(Dialect, EveryKeyArrives) {
  const FileSource source = source_of(
      "format: csv, dialect: {delimiter: tab, quote: \"'\", escape: '\\', nulls: [NA, ''], header: false, "
      "names: [a, b], ragged: pad}");
  const Dialect& dialect = source.dialect;
  EXPECT_EQ(dialect.delimiter, '\t');
  EXPECT_EQ(dialect.quote, '\'');
  EXPECT_EQ(dialect.escape, '\\');
  EXPECT_THAT(*dialect.nulls, ElementsAre("NA", ""));
  EXPECT_EQ(dialect.header, false);
  EXPECT_THAT(dialect.names, ElementsAre("a", "b"));
  EXPECT_EQ(dialect.ragged, Ragged::pad);
}

TEST(Dialect, WhatIsShownReadsBackAsItWas) {
  const Result<Config> config = Written(portal("dialect: {delimiter: tab, quote: none, nulls: ''}")).load();
  ASSERT_TRUE(config) << config.error().text();
  const std::string shown = with_defaults(*config);
  EXPECT_THAT(shown, HasSubstr("delimiter: tab"));
  const Result<Config> again = Written(shown).load();
  ASSERT_TRUE(again) << again.error().text() << shown;
  const Dialect& dialect = again->pipelines.at("demo").sources.at("images").dialect;
  EXPECT_EQ(dialect.delimiter, '\t');
  EXPECT_EQ(dialect.quote, '\0');
  EXPECT_THAT(*dialect.nulls, ElementsAre(""));
  EXPECT_EQ(with_defaults(*again), shown);
}

}  // namespace
}  // namespace slipway::config
