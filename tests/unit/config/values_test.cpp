// What a correct slipway.yaml says: each value that is given, each default, and finding the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config/formats.hpp"
#include "base/config/suggest.hpp"
#include "tests/unit/config/written.hpp"

namespace slipway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const smallest =
    "targets:\n  portal: {mode: volume}\npipelines:\n  demo:\n    target: portal\n    schema: [schema.sql]\n"
    "    sources: {images: {files: images.csv}}\n    tables: {image: {from: images}}\n";

const char* const everything = R"(# a comment
home: state
listen: "[::1]:9000"
targets:
  portal:
    mode: volume
    name: portal_db
    serve: warm
    front: 7000
    pool: session
    postgresql: {shared_buffers: 1GB, jit: off}
    verify:
      - sql: select count(*) > 0 from study
      - http: {url: http://127.0.0.1:8000/health, expect: 204}
    guardrails: {min_rows_vs_live: 95.5%, min_bytes_vs_live: 0%}
    deadline: 2m
    verify_timeout: 30s
    keep: {last: 5, within: 14d, min_free: 15%}
pipelines:
  demo:
    target: portal
    start: empty
    schema: [a.sql, "more/*.sql"]
    sources:
      images: {files: ["a*.csv", b.csv.gz]}
      studies: {files: studies.ndjson}
    tables:
      study: {from: studies, columns: {id: /id, size: {path: /size, default: 0}, kind: {const: ""}}}
      image: {from: images, duplicates: reject, columns: {a: {null_if: ["", NA], trim: true}}}
    rejects: {max: 100, max_percent: 0.1%}
    promote: auto
)";

TEST(ConfigValues, SmallestPortalHasTheDocumentedDefaults) {
  const Written file(smallest);
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->folder, file.folder());
  EXPECT_FALSE(config->home);
  EXPECT_EQ(config->listen_address, "127.0.0.1");
  EXPECT_EQ(config->listen_port, 8080);
  const Target& target = config->targets.at("portal");
  EXPECT_EQ(target.database_name, "portal");
  EXPECT_EQ(target.front_port, 6543);
  EXPECT_EQ(target.pool, Pool::transaction);
  EXPECT_EQ(target.deadline, Seconds(60));
  EXPECT_EQ(target.keep.last, 3);
  const Pipeline& pipeline = config->pipelines.at("demo");
  EXPECT_THAT(pipeline.schema, ElementsAre("schema.sql"));
  EXPECT_THAT(pipeline.sources.at("images").patterns, ElementsAre("images.csv"));
  EXPECT_EQ(pipeline.tables.at(0).name, "image");
  EXPECT_EQ(pipeline.tables.at(0).duplicates, Duplicates::fail);
  EXPECT_EQ(pipeline.promote, Promote::manual);
}

TEST(ConfigValues, EverythingThatIsGivenArrives) {
  const Written file(everything);
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->home, file.folder() / "state");
  EXPECT_EQ(config->listen_address, "::1");
  EXPECT_EQ(config->listen_port, 9000);
  const Target& target = config->targets.at("portal");
  EXPECT_EQ(target.database_name, "portal_db");
  EXPECT_EQ(target.front_port, 7000);
  EXPECT_EQ(target.pool, Pool::session);
  EXPECT_THAT(target.postgresql,
              ElementsAre(testing::Pair("jit", "off"), testing::Pair("shared_buffers", "1GB")));
  EXPECT_EQ(target.verify_sql.at(0).query, "select count(*) > 0 from study");
  EXPECT_EQ(target.verify_sql.at(0).at.line, 13);
  EXPECT_EQ(target.verify_http.at(0).expect, 204);
  EXPECT_DOUBLE_EQ(target.guardrails.min_rows_vs_live_percent, 95.5);
  EXPECT_DOUBLE_EQ(target.guardrails.min_bytes_vs_live_percent, 0);
  EXPECT_EQ(target.deadline, Seconds(120));
  EXPECT_EQ(target.keep.within, Seconds(14 * 86400));
  EXPECT_DOUBLE_EQ(*target.keep.min_free_percent, 15);
}

TEST(ConfigValues, EverythingOfAPipelineArrives) {
  const Written file(everything);
  const Result<Config> config = file.load();
  ASSERT_TRUE(config) << config.error().text();
  const Pipeline& pipeline = config->pipelines.at("demo");
  EXPECT_THAT(pipeline.schema, ElementsAre("a.sql", "more/*.sql"));
  EXPECT_THAT(pipeline.sources.at("images").patterns, ElementsAre("a*.csv", "b.csv.gz"));
  ASSERT_EQ(pipeline.tables.size(), 2U);
  const Table& study = pipeline.tables[0];
  EXPECT_EQ(study.name, "study");
  EXPECT_EQ(study.columns.at(0).path, "/id");
  EXPECT_EQ(study.columns.at(1).fallback, "0");
  EXPECT_EQ(study.columns.at(2).constant, "");
  EXPECT_FALSE(study.columns.at(2).path);
  EXPECT_EQ(study.at.line, 28);
  const Column& a = pipeline.tables[1].columns.at(0);
  EXPECT_THAT(a.null_if, ElementsAre("", "NA"));
  EXPECT_TRUE(a.trim);
  EXPECT_EQ(pipeline.tables[1].duplicates, Duplicates::reject);
  EXPECT_EQ(pipeline.rejects.max, 100);
  EXPECT_DOUBLE_EQ(pipeline.rejects.max_percent, 0.1);
  EXPECT_EQ(pipeline.promote, Promote::automatic);
}

TEST(ConfigDefaults, PrintEveryValueInForce) {
  const Result<Config> config = Written(smallest).load();
  ASSERT_TRUE(config);
  const std::string text = with_defaults(*config);
  for (const char* line :
       {"listen: 127.0.0.1:8080", "mode: volume", "name: portal", "serve: warm", "front: 6543",
        "pool: transaction", "min_rows_vs_live: 90%", "min_bytes_vs_live: 80%", "deadline: 1m",
        "verify_timeout: 1m", "last: 3", "start: empty", "duplicates: fail", "max: 0", "promote: manual"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(ConfigDefaults, LoadedAgainSayTheSame) {
  for (const char* yaml : {smallest, everything}) {
    const Result<Config> config = Written(yaml).load();
    ASSERT_TRUE(config);
    const std::string text = with_defaults(*config);
    const Written again(text);
    ASSERT_EQ(again.complaint(), "") << text;
    EXPECT_EQ(with_defaults(*again.load()), text);
  }
}

TEST(ConfigNames, TheOnlyTargetNeedsNoName) {
  const Result<Config> config = Written(smallest).load();
  ASSERT_TRUE(config);
  EXPECT_EQ((*config->target(""))->name, "portal");
  EXPECT_EQ((*config->pipeline("demo"))->name, "demo");
  const auto missing = config->target("portla");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Kind::usage);
  EXPECT_THAT(missing.error().text(), HasSubstr("There is: portal."));
}

TEST(ConfigNames, OneOfSeveralMustBeNamed) {
  const Result<Config> config =
      Written("targets:\n  a: {mode: volume}\n  b: {mode: volume, front: 6544}\n").load();
  ASSERT_TRUE(config);
  const auto target = config->target("");
  ASSERT_FALSE(target);
  EXPECT_THAT(target.error().text(), HasSubstr("Name one with --target: a, b."));
}

TEST(ConfigFind, ANamedFileMustExist) {
  const Written file(smallest);
  EXPECT_EQ(*find(file.file()), file.file());
  const auto missing = find(Path("/nonexistent/slipway.yaml"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Kind::usage);
}

TEST(ConfigFormats, Durations) {
  EXPECT_EQ(parse_duration("500ms"), Millis(500));
  EXPECT_EQ(parse_duration("60s"), Millis(60'000));
  EXPECT_EQ(parse_duration("5m"), Millis(300'000));
  EXPECT_EQ(parse_duration("14d"), Millis(14LL * 86'400'000));
  for (const char* wrong : {"", "5", "s", "5 s", "-5s", "+5s", "5.5s", "5sec", "5M", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  EXPECT_EQ(show_duration(Seconds(90)), "90s");
  EXPECT_EQ(show_duration(Seconds(86400)), "1d");
}

TEST(ConfigFormats, Percents) {
  EXPECT_DOUBLE_EQ(*parse_percent("90%"), 90);
  EXPECT_DOUBLE_EQ(*parse_percent("0.1%"), 0.1);
  for (const char* wrong : {"", "%", "90", "-1%", "+1%", "1e2%", "nan%", "inf%", "90 %", "90%%", "100.1%"})
    EXPECT_FALSE(parse_percent(wrong)) << wrong;
}

TEST(ConfigSuggest, NearestOnlyWhenNear) {
  EXPECT_EQ(nearest("trget", {"target", "tables"}), "target");
  EXPECT_EQ(nearest("taregt", {"target", "tables"}), "target");
  EXPECT_EQ(nearest("zzz", {"target", "tables"}), "");
  EXPECT_EQ(nearest("", {"target"}), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), {"target"}), "");
}

}  // namespace
}  // namespace slipway::config
