// Errors: their one line, their advice, their exit codes; and TRY.
#include "base/error.hpp"

#include <gtest/gtest.h>

namespace slipway {
namespace {

TEST(Error, SaysPlaceCauseAndAdvice) {
  const Error error = fail("cannot load {}", "image")
                          .at({"slipway.yaml", 3, 5})
                          .because(fail("cannot open {}", "images.csv").next("Look at its mode."));
  EXPECT_EQ(error.summary(), "slipway.yaml:3:5: cannot load image: cannot open images.csv");
  EXPECT_EQ(error.text(), "slipway.yaml:3:5: cannot load image: cannot open images.csv\n  Look at its mode.");
}

TEST(Error, TheNearestAdviceAndSqlstateWin) {
  const Error error =
      fail("outer").next("outer advice").because(fail("inner").next("inner advice").sqlstate("23505"));
  EXPECT_EQ(error.next_step(), "outer advice");
  EXPECT_EQ(error.sqlstate(), "23505");
}

TEST(Error, EachKindHasItsExitCode) {
  EXPECT_EQ(exit_code(Kind::failed), 1);
  EXPECT_EQ(exit_code(Kind::cancelled), 1);
  EXPECT_EQ(exit_code(Kind::usage), 2);
  EXPECT_EQ(exit_code(Kind::refused), 3);
  EXPECT_EQ(exit_code(Kind::busy), 4);
  EXPECT_EQ(exit_code(Kind::rolled_back), 5);
  EXPECT_EQ(exit_code(Kind::needs_operator), 6);
}

Result<int> half(int number) {
  if (number % 2 != 0) return fail("{} is odd", number);
  return number / 2;
}

Result<int> quarter(int number) {
  return TRY(half(TRY(half(number))));
}

TEST(Result, TryHandsTheErrorOn) {
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_EQ(quarter(6).error().summary(), "3 is odd");
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 7);
}

}  // namespace
}  // namespace slipway
