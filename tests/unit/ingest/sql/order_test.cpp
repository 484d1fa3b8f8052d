// Tables that read each other are filled in an order that works, or are named.
#include "daemon/ingest/sql/order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::ingest {
namespace {

using Reads = std::map<std::string, std::set<std::string>>;

std::string ordered(const std::vector<std::string>& tables, const Reads& reads) {
  const Result<std::vector<std::string>> order = order_of(tables, reads);
  if (!order) return order.error().text();
  std::string out;
  for (const std::string& one : *order) out += one + " ";
  return out;
}

TEST(SqlOrder, IsAsGivenButForWhatIsNeededBefore) {
  EXPECT_EQ(ordered({"a", "b", "c"}, {}), "a b c ");
  EXPECT_EQ(ordered({"a", "b", "c"}, {{"a", {"c"}}, {"c", {"b"}}}), "b c a ");
  EXPECT_EQ(ordered({"d", "c", "b", "a"}, {{"d", {"a", "b"}}, {"c", {"a"}}}), "a b d c ");
}

TEST(SqlOrder, ACircleIsNamed) {
  EXPECT_THAT(ordered({"a", "b", "c"}, {{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}),
              testing::HasSubstr("b reads c reads b"));
  EXPECT_THAT(ordered({"a"}, {{"a", {"a"}}}), testing::HasSubstr("live.a"));
}

}  // namespace
}  // namespace slipway::ingest
