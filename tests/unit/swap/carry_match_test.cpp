// Which tables `carry:` means, and which way their rows go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swap/carry/match.hpp"

using namespace slipway::swap::carry;
using testing::HasSubstr;

namespace {

Table table(const std::string& name, long long rows, bool key = true) {
  Table made;
  made.label = name;
  made.rows = rows;
  made.columns = {{"id", "integer", true, false, true}, {"text", "text", true, false, false}};
  if (key) made.key = {{"id", "="}};
  return made;
}

TEST(CarryMatch, LargeTablesAreCopiedAhead) {
  const auto found = match({"*"}, {table("big", small_rows_max + 1), table("small", small_rows_max, false)},
                           {table("big", 0), table("small", 0, false)}, false);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pairs.at(0).how, How::ahead);
  EXPECT_TRUE(found->pairs.at(0).keyed);
  EXPECT_EQ(found->pairs.at(1).how, How::inside);
  EXPECT_FALSE(found->pairs.at(1).keyed);
}

TEST(CarryMatch, EveryObstacleIsNamedAtOnce) {
  Table ruled = table("ruled", 1);
  ruled.obstacle = "it has rules";
  const auto found = match({"ruled", "heap", "none"}, {table("heap", small_rows_max + 1, false), ruled},
                           {table("heap", 0, false), table("ruled", 0)}, false);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), slipway::Kind::refused);
  for (const char* part :
       {"table ruled in live: it has rules", "heap has more than 20000 rows", "no table matches `none`"})
    EXPECT_THAT(found.error().text(), HasSubstr(part));
}

TEST(CarryMatch, OnTheWayBackWhatHasNoPlaceStaysBehind) {
  Table newer = table("t", 5);
  newer.columns.push_back({"later", "text", true, false, false});
  ASSERT_FALSE(match({"t"}, {newer}, {table("t", 5)}, false));
  const auto back = match({"t"}, {newer}, {table("t", 5)}, true);
  ASSERT_TRUE(back);
  EXPECT_THAT(back->notes, testing::ElementsAre(HasSubstr("column later of table t")));
  EXPECT_THAT(back->pairs.at(0).columns, testing::ElementsAre("id", "text"));
}

TEST(CarryMatch, ComputedColumnsAreNotCopied) {
  Table computed = table("t", 5);
  computed.columns[1].generated = true;
  const auto found = match({"t"}, {table("t", 5)}, {computed}, false);
  ASSERT_TRUE(found);
  EXPECT_THAT(found->pairs.at(0).columns, testing::ElementsAre("id"));
}

TEST(CarryMatch, OtherTypesGoAsText) {
  Table wider = table("t", 5);
  wider.columns[0].type = "bigint";
  EXPECT_FALSE(match({"t"}, {table("t", 5)}, {wider}, false)->pairs.at(0).portable);
  EXPECT_TRUE(match({"t"}, {table("t", 5)}, {table("t", 5)}, false)->pairs.at(0).portable);
}

}  // namespace
