// `checks`: each kind with rows that hold and rows that do not, on a real server.
#include <gmock/gmock.h>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

using namespace config;
using testing::ElementsAre;
using testing::HasSubstr;

template <class What>
Check check(What what, Severity severity = Severity::error) {
  return {std::move(what), severity, {"slipway.yaml", 20, 9}};
}

// A portal of two tables with something wrong in most columns.
class Checks : public testing::Test {
 protected:
  Checks() {
    portal_.schema(
        "CREATE TABLE image (id int PRIMARY KEY, url text, license text, \"From\" int);"
        "CREATE TABLE source (id bigint PRIMARY KEY);"
        "CREATE VIEW licensed AS SELECT * FROM image WHERE license IS NOT NULL;");
    portal_.file("source.csv", "id\n1\n2\n");
    portal_.file("image.csv",
                 "id,url,license,From\n1,a,by,1\n2,a,cc0,2\n3,b,by,7\n4,,all rights,\n5,b,,1\n6,a,by,7\n");
    portal_.table("image", "image.csv");
    portal_.table("source", "source.csv");
  }

  void add(Check one) { portal_.pipeline().checks.push_back(std::move(one)); }
  // What that check alone says.
  CheckReport said(Check one) {
    one.severity = Severity::warn;
    portal_.pipeline().checks = {std::move(one)};
    portal_.run("DROP VIEW IF EXISTS licensed; DROP TABLE IF EXISTS image, source");
    const Report report = portal_.built();
    return report.checks.empty() ? CheckReport{} : report.checks[0];
  }

  Portal portal_;
};

TEST_F(Checks, SayWhichRowsAreAgainstThem) {
  const CheckReport unique = said(check(UniqueCheck{"image", {"url"}}));
  EXPECT_EQ(unique.check, "unique image (url)");
  EXPECT_FALSE(unique.ok);
  EXPECT_EQ(unique.failing, 2);
  EXPECT_THAT(unique.sample,
              testing::UnorderedElementsAre(R"({"url":"a","rows":3})", R"({"url":"b","rows":2})"));
  const CheckReport not_null = said(check(NotNullCheck{"image", {"url", "license"}}));
  EXPECT_EQ(not_null.failing, 2);
  EXPECT_THAT(not_null.sample[0], HasSubstr(R"("url":null,"license":"all rights")"));
  const CheckReport accepted = said(check(AcceptedCheck{"image", "license", {"by", "cc0", "it's"}}));
  EXPECT_THAT(accepted.sample, ElementsAre(R"({"license":"all rights","rows":1})"));
  const CheckReport references = said(check(ReferencesCheck{"image", "From", "source", "id"}));
  EXPECT_EQ(references.check, "references image.From to source.id");
  EXPECT_THAT(references.sample, ElementsAre(R"({"From":7,"rows":2})"));
  const CheckReport rows = said(check(RowsCheck{"image", 7, 100, std::nullopt}));
  EXPECT_EQ(rows.detail, "6 rows; at least 7 wanted");
  EXPECT_EQ(said(check(RowsCheck{"image", 1, 5, std::nullopt})).detail, "6 rows; at most 5 wanted");
  const CheckReport sql = said(
      check(SqlCheck{"no rights", "select id from image where license like 'all%'; -- all of them\n ;"}));
  EXPECT_FALSE(sql.ok);
  const CheckReport asked = said(check(SqlCheck{"enough", "select count(*) > 6 from image", Expect::truth}));
  EXPECT_EQ(asked.detail, "the query says f");
}

TEST_F(Checks, HoldWhereTheyDo) {
  for (Check one :
       {check(UniqueCheck{"image", {"url", "license", "From"}}), check(NotNullCheck{"image", {"id"}}),
        check(AcceptedCheck{"image", "license", {"by", "cc0", "all rights"}}),
        check(AcceptedCheck{"image", "id", {"1", "2", "3", "4", "5", "6"}}),
        check(ReferencesCheck{"source", "id", "image", "id"}), check(NotNullCheck{"licensed", {"license"}}),
        check(UniqueCheck{"public.image", {"id"}}), check(RowsCheck{"image", 6, 6, std::nullopt}),
        check(SqlCheck{"none", "select 1 where false"}),
        check(SqlCheck{"true", "select true", Expect::truth})}) {
    const CheckReport report = said(one);
    EXPECT_TRUE(report.ok) << report.check << ": " << report.detail;
    EXPECT_TRUE(report.sample.empty()) << report.check;
  }
}

TEST_F(Checks, AreComparedWithLive) {
  RowsCheck rows;
  rows.table = "image";
  rows.min_vs_live_percent = 95;
  EXPECT_TRUE(said(check(rows)).ok) << "nothing is live";
  portal_.live_rows = {{"image", 6}};
  EXPECT_TRUE(said(check(rows)).ok);
  portal_.live_rows = {{"image", 7}};
  EXPECT_EQ(said(check(rows)).detail, "6 rows; live has 7, and at least 95% of that wanted");
}

TEST_F(Checks, StopTheBuildAllAtOnceButForWarnings) {
  add(check(UniqueCheck{"image", {"id"}}));
  add(check(NotNullCheck{"image", {"url"}}));
  add(check(RowsCheck{"source", 3, std::nullopt, std::nullopt}));
  add(check(SqlCheck{"no rights", "select id from image where license like 'all%'"}, Severity::warn));
  const Result<Report> report = portal_.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::refused);
  EXPECT_THAT(report.error().what(), HasSubstr("checks do not hold: not_null image (url): 1 row against it"));
  EXPECT_THAT(report.error().what(), HasSubstr("; rows source: 2 rows; at least 3 wanted"));
  EXPECT_THAT(report.error().what(), testing::Not(HasSubstr("no rights")));
  EXPECT_THAT(portal_.listener.all_lines(), HasSubstr(R"(warning: no rights: 1 row against it: {"id":4})"));
}

TEST_F(Checks, NameWhatIsNotThereBeforeTheLoad) {
  const std::vector<std::pair<Check, std::string>> cases = {
      {check(UniqueCheck{"imge", {"id"}}), "a check names table imge, and the schema files make none"},
      {check(UniqueCheck{"image", {"idd"}}), "a check names column idd of table image, which has none"},
      {check(NotNullCheck{"image", {"from"}}), "a check names column from of table image"},
      {check(ReferencesCheck{"image", "From", "source", "key"}), "column key of table source"},
      {check(RowsCheck{"nothing", 1, std::nullopt, std::nullopt}), "a check names table nothing"}};
  for (const auto& [one, said] : cases) {
    portal_.pipeline().checks = {one};
    portal_.listener.phases.clear();
    portal_.run("DROP VIEW IF EXISTS licensed; DROP TABLE IF EXISTS image, source");
    const Result<Report> report = portal_.build();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), Kind::usage);
    EXPECT_THAT(report.error().text(), HasSubstr(said));
    EXPECT_THAT(report.error().text(), HasSubstr("slipway.yaml:20:9"));
    EXPECT_THAT(portal_.listener.phases, ElementsAre("schema"));
  }
}

// A query of a user's own that the server refuses, or that would write, says nothing good of the rows.
TEST_F(Checks, WhoseQueryFailsDoNotHold) {
  const CheckReport typo = said(check(SqlCheck{"typo", "select wrong from image"}));
  EXPECT_FALSE(typo.ok);
  EXPECT_THAT(typo.detail, HasSubstr("wrong"));
  const CheckReport writes = said(check(SqlCheck{"writes", "delete from image returning id", Expect::truth}));
  EXPECT_FALSE(writes.ok);
  EXPECT_THAT(writes.detail, HasSubstr("read-only transaction"));
  EXPECT_EQ(portal_.value("select count(*) from image"), "6");
  EXPECT_FALSE(said(check(SqlCheck{"types", "select 1 from image where url = 1"})).ok);
  EXPECT_FALSE(said(check(SqlCheck{"nothing", "select true where false", Expect::truth})).ok);
  // 100,000 failing rows are counted and not carried about.
  const CheckReport many =
      said(check(SqlCheck{"many", "select repeat('x', 999) as x from generate_series(1, 100000)"}));
  EXPECT_EQ(many.failing, 100'000);
  EXPECT_EQ(many.sample.size(), 5U);
  EXPECT_LE(many.sample[0].size(), 210U);
}

TEST_F(Checks, OfTablesThatAreLeftOutAreLeftOut) {
  portal_.only = {"source"};
  add(check(RowsCheck{"image", 1, std::nullopt, std::nullopt}));
  add(check(RowsCheck{"source", 1, std::nullopt, std::nullopt}));
  const Report report = portal_.built();
  ASSERT_EQ(report.checks.size(), 1U);
  EXPECT_EQ(report.checks[0].check, "rows source");
}

}  // namespace
}  // namespace slipway::ingest::test
