// Parts of an upstream's table: every page in exactly one of them.
#include "daemon/ingest/upstream/parts.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <regex>

#include "daemon/ingest/upstream/reader.hpp"

namespace slipway::ingest {
namespace {

// From which page to which, as the condition says.
std::pair<std::int64_t, std::int64_t> range_of(const std::string& part) {
  static const std::regex whole(R"(c >= '\((\d+),0\)'::tid(?: AND c < '\((\d+),0\)'::tid)?)");
  std::smatch found;
  EXPECT_TRUE(std::regex_match(part, found, whole)) << part;
  return {std::stoll(found[1]),
          found[2].matched ? std::stoll(found[2]) : std::numeric_limits<std::int64_t>::max()};
}

// Openverse: floor(max / N) rows a part left the last ones out.
TEST(UpstreamParts, CoverEveryPageOnceAndHaveNoEnd) {
  for (const std::int64_t each : {1, 2, 3, 7, 2048})
    for (std::int64_t pages = 0; pages < 12 * each; pages += each < 10 ? 1 : 999) {
      const std::vector<std::string> parts = cut_by_pages(pages, each, "c");
      if (pages <= each) {
        EXPECT_TRUE(parts.empty());
        continue;
      }
      std::int64_t next = 0;
      for (const std::string& part : parts) {
        const auto [from, to] = range_of(part);
        EXPECT_EQ(from, next);
        EXPECT_LT(from, to);
        next = to;
      }
      EXPECT_EQ(next, std::numeric_limits<std::int64_t>::max());
      EXPECT_EQ(parts.size(), static_cast<std::size_t>((pages + each - 1) / each));
    }
}

TEST(UpstreamRows, AreTakenOutOfCopysMessages) {
  const std::string header("PGCOPY\n\xFF\r\n\0\0\0\0\0\0\0\0\0", 19);
  const std::string trailer = "\xFF\xFF";
  const std::string row("\0\1\0\0\0\1x", 7);
  EXPECT_EQ(row_of_message(header + row, true, true), row);
  EXPECT_EQ(row_of_message(row, false, true), row);
  EXPECT_EQ(row_of_message(trailer, false, true), "");
  EXPECT_EQ(row_of_message(header + trailer, true, true), "");
  EXPECT_EQ(row_of_message("\n", true, false), "\n");
}

}  // namespace
}  // namespace slipway::ingest
