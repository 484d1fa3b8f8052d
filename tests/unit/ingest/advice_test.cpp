// Every failed build says what to do next, and never over an advice that is already there.
#include "daemon/ingest/advice.hpp"

#include <gtest/gtest.h>

namespace slipway::ingest::test {
namespace {

struct Case {
  Kind kind;
  const char* sqlstate;
  const char* says;
};

TEST(Advice, IsGivenWhereThereIsNone) {
  const Case cases[] = {
      {Kind::cancelled, "", "nothing was promoted; to build it after all: slipway ingest demo"},
      {Kind::refused, "23505", "`duplicates: reject`"},
      {Kind::refused, "23503", "load the rows that are missing"},
      {Kind::refused, "23514", "mend the rows in the source"},
      {Kind::failed, "53100", "make room"},
      {Kind::failed, "57P01", "server's log"},
      {Kind::failed, "40P01", "run it again: slipway ingest demo"},
      {Kind::failed, "", "run it again: slipway ingest demo"},
      {Kind::usage, "42601", ""},
  };
  for (const Case& one : cases) {
    const Error error = with_advice(Error(one.kind, "x").sqlstate(one.sqlstate), "demo");
    EXPECT_NE(error.next_step().find(one.says), std::string::npos) << one.sqlstate << error.text();
    EXPECT_EQ(error.next_step().empty(), *one.says == '\0');
    EXPECT_EQ(error.kind(), one.kind);
  }
}

TEST(Advice, IsKept) {
  EXPECT_EQ(with_advice(fail("x").next("do y"), "demo").next_step(), "do y");
}

}  // namespace
}  // namespace slipway::ingest::test
