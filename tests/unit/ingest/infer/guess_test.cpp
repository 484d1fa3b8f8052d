// What type a column gets by its values.
#include "daemon/ingest/infer/guess.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace slipway::ingest {
namespace {

std::string told(const std::vector<std::string>& values, ValueKind kind = ValueKind::csv_field) {
  Guess guess;
  for (const std::string& value : values) guess.see(value, kind);
  return guess.type();
}

TEST(Guess, TakesTheNarrowestTypeThatKeepsEveryValue) {
  const std::pair<std::vector<std::string>, const char*> all[] = {
      {{}, "text"},
      {{"1", "-9223372036854775808", "0"}, "bigint"},
      {{"9223372036854775808"}, "numeric"},
      {{"1", "2.5", "-0.1"}, "double precision"},
      {{"1e-7", "2.5"}, "double precision"},
      {{"0.12345678901234567890"}, "numeric"},
      {{"0.1", "123456789012345678901234567890"}, "numeric"},
      {{"1e999"}, "numeric"},
      {{"0.30000000000000004"}, "double precision"},
      {{"007"}, "text"},
      {{"1", "+1"}, "text"},
      {{"1", ".5"}, "text"},
      {{"1."}, "text"},
      {{"1", "x"}, "text"},
      {{"true", "F", "no"}, "boolean"},
      {{"true", "1"}, "text"},
      {{"2024-02-29"}, "date"},
      {{"2023-02-29"}, "text"},
      {{"2024-13-01"}, "text"},
      {{"0000-01-01"}, "text"},
      {{"2024-02-29T23:59:59.123456Z", "2024-01-01 00:00+05:30", "2024-01-01 00:00:00-08"}, "timestamptz"},
      {{"2024-02-29T23:59"}, "timestamp"},
      {{"2024-02-29T24:59Z"}, "text"},
      {{"2024-02-29T23:59:59.1234567Z"}, "text"},
      {{"2024-02-29T23:59Z", "2024-02-29T23:59"}, "text"},
      {{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}, "uuid"},
      {{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g"}, "text"},
      {{"{\"a\": 1}", "[]"}, "jsonb"},
      {{"{\"a\": \"\\u0000\"}"}, "text"},
      {{"{a: 1}"}, "text"},
  };
  for (const auto& [values, type] : all) EXPECT_EQ(told(values), type) << (values.empty() ? "" : values[0]);
}

TEST(Guess, JsonSaysItselfWhatIsANumber) {
  EXPECT_EQ(told({"7"}, ValueKind::json_text), "text");
  EXPECT_EQ(told({"7"}, ValueKind::json_number), "bigint");
  EXPECT_EQ(told({"true"}, ValueKind::json_truth), "boolean");
  EXPECT_EQ(told({"true"}, ValueKind::json_text), "text");
  EXPECT_EQ(told({"2024-01-01"}, ValueKind::json_text), "date");
  EXPECT_EQ(told({"{}"}, ValueKind::json_nested), "jsonb");
  Guess mixed;
  mixed.see("7", ValueKind::json_number);
  mixed.see("x", ValueKind::json_text);
  EXPECT_EQ(mixed.type(), "text");
  mixed.see("[]", ValueKind::json_nested);
  EXPECT_EQ(mixed.type(), "jsonb");
}

TEST(Guess, AnEmptyTextIsNullWhereTextsAreNone) {
  Guess numbers, texts;
  for (const char* value : {"1", "", "2"}) numbers.see(value, ValueKind::csv_field);
  for (const char* value : {"a", "", "b"}) texts.see(value, ValueKind::csv_field);
  EXPECT_EQ(numbers.type(), "bigint");
  EXPECT_TRUE(numbers.empty_is_null() && numbers.nullable());
  EXPECT_FALSE(texts.empty_is_null() || texts.nullable());
  texts.see_null();
  EXPECT_TRUE(texts.nullable());
}

TEST(Guess, AKeyHasAValueInEveryRowAndNoneTwice) {
  Guess key(true), twice(true), unnamed;
  for (const char* value : {"1", "2"})
    for (Guess* guess : {&key, &twice, &unnamed}) guess->see(value, ValueKind::csv_field);
  EXPECT_TRUE(key.unique() && twice.unique());
  EXPECT_FALSE(unnamed.unique());
  twice.see("1", ValueKind::csv_field);
  EXPECT_FALSE(twice.unique());
  key.see_null();
  EXPECT_FALSE(key.unique());
}

}  // namespace
}  // namespace slipway::ingest
