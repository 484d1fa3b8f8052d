// What PostgreSQL's utils/jsonb.h and numeric.c say; the server's own pages are held against ours in
// tests/integration/ingest/heap_test.cpp.
#include "daemon/ingest/heap/jsonb.hpp"

#include <gmock/gmock.h>

#include "daemon/ingest/heap/numeric.hpp"

namespace slipway::ingest {
namespace {

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr const char* digits = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

std::string jsonb(std::string_view text) {
  Jsonb jsonb;
  std::string out;
  return jsonb.put(text, out) ? hex(out) : "?";
}

std::string numeric(std::string_view text) {
  std::string out;
  return numeric_of_json(text, out) ? hex(out) : "?";
}

TEST(Jsonb, AnEmptyContainerIsItsHeader) {
  EXPECT_EQ(jsonb("[]"), "00000040");
  EXPECT_EQ(jsonb(" { } "), "00000020");
}

TEST(Jsonb, AScalarIsAnArrayOfOne) {
  EXPECT_EQ(jsonb("null"), "01000050000000c0");
  EXPECT_EQ(jsonb("\"a\""), "010000500100008061");
}

TEST(Jsonb, ShorterKeysComeFirstAndTheLastOfTwoStays) {
  EXPECT_EQ(jsonb("{\"bb\":null,\"a\":true,\"a\":false}"), jsonb("{\"a\":false, \"bb\":null}"));
  EXPECT_NE(jsonb("{\"a\":false}"), jsonb("{\"a\":true}"));
}

TEST(Jsonb, EscapesAreCharacters) {
  EXPECT_EQ(jsonb("\"\\u00e9\\ud83d\\ude00\\/\\n\""), jsonb("\"é😀/\\u000a\""));
}

TEST(Jsonb, WhatIsTooDeepOrHasAnExponentIsForTheServer) {
  EXPECT_NE(jsonb(std::string(200, '[') + std::string(200, ']')), "?");
  EXPECT_EQ(jsonb(std::string(201, '[') + std::string(201, ']')), "?");
  EXPECT_EQ(jsonb(std::string(100'000, '[')), "?");
  EXPECT_EQ(jsonb("[1e3]"), "?");
}

TEST(Numeric, OfJson) {
  EXPECT_EQ(numeric("0"), "0080");
  EXPECT_EQ(numeric("-0"), "0080");
  EXPECT_EQ(numeric("0.00"), "0081");
  EXPECT_EQ(numeric("1"), "00800100");
  EXPECT_EQ(numeric("-1"), "00a00100");
  EXPECT_EQ(numeric("10000"), "01800100");   // one group, times 10000
  EXPECT_EQ(numeric("0.0001"), "7f820100");  // a weight below zero
  EXPECT_EQ(numeric("12345.67"), "0181010029092c1a");
  EXPECT_EQ(numeric(std::string(300, '9')), "?");
}

}  // namespace
}  // namespace slipway::ingest
