// Names and values on their way into SQL, SQLSTATEs, and times as text.
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"

namespace slipway::pg {
namespace {

TEST(Identifier, QuotesAreDoubled) {
  EXPECT_EQ(quoted("study"), "\"study\"");
  EXPECT_EQ(quoted("a\"; drop table b; --"), "\"a\"\"; drop table b; --\"");
  EXPECT_EQ(quoted("public", "a\"b"), "\"public\".\"a\"\"b\"");
}

TEST(Literal, IsSafeWhateverStandardConformingStringsSays) {
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal("a\\'; drop"), " E'a\\\\''; drop'");
  EXPECT_EQ(literal(""), "''");
}

TEST(Conninfo, ValuesAreEscaped) {
  EXPECT_EQ(conninfo_value("it's a \\"), "'it\\'s a \\\\'");
}

TEST(Sqlstate, SaysWhatToDo) {
  for (const char* again : {"40001", "40P01", "55P03", "57P03"}) EXPECT_TRUE(worth_retrying(again)) << again;
  for (const char* never : {"", "23505", "42601", "57014", "08006"})
    EXPECT_FALSE(worth_retrying(never)) << never;
  EXPECT_TRUE(blames_the_data("22P02"));
  EXPECT_TRUE(blames_the_data("23514"));
  EXPECT_FALSE(blames_the_data("53100"));
  EXPECT_FALSE(blames_the_data(""));
  EXPECT_TRUE(lost_connection("08006"));
  EXPECT_TRUE(lost_connection("57P01"));
  EXPECT_FALSE(lost_connection("57014"));
}

TEST(Time, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(iso_time(from_epoch_ms(1795253400123)), "2026-11-21T09:30:00.123Z");
  EXPECT_EQ(iso_time(from_epoch_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(epoch_ms(from_epoch_ms(-1)), -1);
}

}  // namespace
}  // namespace slipway::pg
