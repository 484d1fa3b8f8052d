// Which keys differ, and how many of them are shown.
#include "swap/diff/key_diff.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace slipway::swap {
namespace {

TEST(KeyDiff, TellsChangedAddedAndRemovedApart) {
  const KeyDiff diff =
      compare_keys({{"1", "a"}, {"2", "b"}, {"3", "c"}}, {{"2", "b"}, {"3", "C"}, {"4", "d"}});
  EXPECT_EQ(diff.compared, 4);
  EXPECT_EQ(diff.sample_changed, std::vector<std::string>{"3"});
  EXPECT_EQ(diff.sample_added, std::vector<std::string>{"4"});
  EXPECT_EQ(diff.sample_removed, std::vector<std::string>{"1"});
}

TEST(KeyDiff, CountsAllAndShowsAFew) {
  Digests many;
  for (int key = 0; key < 1000; ++key) many[std::to_string(key)] = "x";
  const KeyDiff diff = compare_keys({}, many);
  EXPECT_EQ(diff.added, 1000);
  EXPECT_EQ(diff.sample_added.size(), 10U);
  const nlohmann::json json = to_json(TableDiff{"study", 0, 1000, diff, true, ""});
  EXPECT_EQ(json.at("keys").at("added"), 1000);
  EXPECT_TRUE(to_json(TableDiff{"gone", 5, std::nullopt, std::nullopt, false, "it is gone"})
                  .at("candidate")
                  .is_null());
}

}  // namespace
}  // namespace slipway::swap
