// Which past of a control database is accepted.
#include "migrations/plan.hpp"

#include <gtest/gtest.h>

namespace slipway::migrations {
namespace {

const std::vector<Migration> known{{1, "0001_a", "aa", ""}, {2, "0002_b", "bb", ""}, {3, "0003_c", "cc", ""}};

TEST(Plan, AFreshDatabaseGetsAll) {
  EXPECT_EQ(pending(known, {})->size(), 3u);
}

TEST(Plan, OnlyWhatIsMissingAtTheEnd) {
  const std::vector<Applied> past{{1, "0001_a", "aa"}, {2, "0002_b", "bb"}};
  const auto left = pending(known, past);
  ASSERT_TRUE(left);
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().name, "0003_c");
}

TEST(Plan, RefusesWhatDoesNotMatch) {
  const std::vector<std::vector<Applied>> pasts{
      {{1, "0001_a", "xx"}},                                                           // changed
      {{2, "0002_b", "bb"}},                                                           // a gap
      {{1, "0001_a", "aa"}, {2, "0002_b", "bb"}, {3, "0003_c", "cc"}, {4, "n", "n"}},  // newer
      {{0, "0000_z", "zz"}},                                                           // unknown
  };
  for (const auto& past : pasts) {
    const auto left = pending(known, past);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().kind(), Kind::refused);
    EXPECT_FALSE(left.error().next_step().empty());
  }
}

TEST(Plan, EmbeddedMigrationsAreNumberedWithoutGaps) {
  int number = 0;
  for (const Migration& migration : embedded()) {
    EXPECT_EQ(migration.number, ++number);
    EXPECT_EQ(migration.checksum.size(), 64u);
  }
  EXPECT_GE(number, 3);
}

}  // namespace
}  // namespace slipway::migrations
