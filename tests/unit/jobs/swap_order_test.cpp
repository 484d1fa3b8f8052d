// Orders to promote, roll back and prune: what people may send, and what becomes of it.
#include "daemon/jobs/swap_order.hpp"

#include <gtest/gtest.h>

namespace slipway::jobs {
namespace {

using Words = std::vector<std::string>;

TEST(SwapOrder, BecomesTheCommandLineOfSwap) {
  const auto order = parse_swap_order(
      "promote",
      R"({"target":"portal","id":"20261121T093000Z","expect_live":"20261120T030000Z","allow":["rows"]})");
  ASSERT_TRUE(order) << order.error().text();
  const auto again = parse_swap_order("promote", to_json(*order));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(words_of(*again), (Words{"promote", "--json", "--quiet", "20261121T093000Z", "--expect-live",
                                     "20261120T030000Z", "--allow=rows"}));
  EXPECT_EQ(words_of(*parse_swap_order("rollback", R"({"expect_live":null})")),
            (Words{"rollback", "--json", "--quiet", "--expect-live", ""}))
      << "null: nothing may be live";
  EXPECT_EQ(words_of(*parse_swap_order("prune", R"({"dry_run":true})")),
            (Words{"prune", "--json", "--quiet", "--dry-run"}));
  EXPECT_EQ(words_of(*parse_swap_order("promote", "")), (Words{"promote", "--json", "--quiet"}));
}

TEST(SwapOrder, WhatPeopleWriteIsNeverAnOption) {
  const auto order = parse_swap_order("promote", R"({"allow":["--home=/elsewhere"]})");
  ASSERT_TRUE(order);
  EXPECT_EQ(words_of(*order).back(), "--allow=--home=/elsewhere");
}

TEST(SwapOrder, RefusesEverythingElse) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string wrong[] = {"[]",
                               "{",
                               "1",
                               deep,
                               R"({"id":"--help"})",
                               R"({"id":"20261321T093000Z"})",
                               R"({"id":""})",
                               R"({"id":null})",
                               R"({"expect_live":""})",
                               R"({"expect_live":"live"})",
                               R"({"allow":"rows"})",
                               R"({"allow":[1]})",
                               R"({"allow":[""]})",
                               R"({"allow":["a\u0000b"]})",
                               R"({"target":1})",
                               R"({"dry_run":true})",
                               R"({"pipeline":"demo"})"};
  for (const std::string& text : wrong) {
    const auto order = parse_swap_order("promote", text);
    ASSERT_FALSE(order) << text.substr(0, 60);
    EXPECT_EQ(order.error().kind(), Kind::usage) << text.substr(0, 60);
  }
  EXPECT_FALSE(parse_swap_order("rollback", R"({"id":"20261121T093000Z"})"));
  EXPECT_FALSE(parse_swap_order("prune", R"({"allow":["rows"]})"));
  EXPECT_FALSE(parse_swap_order("prune", R"({"dry_run":1})"));
}

}  // namespace
}  // namespace slipway::jobs
