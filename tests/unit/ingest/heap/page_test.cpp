// Pages, row by row and byte by byte.
#include "daemon/ingest/heap/page.hpp"

#include <gmock/gmock.h>

#include <cstring>

namespace slipway::ingest {
namespace {

template <class Number>
Number number(std::string_view bytes, std::size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

TEST(Pages, RowsLieFromTheEndAndPointersFromTheFront) {
  Pages pages(true, false);
  pages.clear(70'000);
  ASSERT_TRUE(pages.add(std::string(33, 'a')));
  ASSERT_TRUE(pages.add(std::string(24, 'b')));
  ASSERT_EQ(pages.count(), 1U);
  const std::string_view page = pages.view();
  ASSERT_EQ(page.size(), page_bytes);
  EXPECT_EQ(number<std::uint16_t>(page, 10), 4);               // all visible
  EXPECT_EQ(number<std::uint16_t>(page, 12), 24 + 2 * 4);      // behind the pointers
  EXPECT_EQ(number<std::uint16_t>(page, 14), 8192 - 40 - 24);  // where rows begin
  EXPECT_EQ(number<std::uint32_t>(page, 24), (8192U - 40) | 1U << 15U | 33U << 17U);
  EXPECT_EQ(number<std::uint32_t>(page, 28), (8192U - 64) | 1U << 15U | 24U << 17U);
  // The second row knows where it lies: block 70,000, second place.
  EXPECT_EQ(number<std::uint16_t>(page, 8192 - 64 + 12), 70'000 >> 16);
  EXPECT_EQ(number<std::uint16_t>(page, 8192 - 64 + 14), 70'000 & 0xFFFF);
  EXPECT_EQ(number<std::uint16_t>(page, 8192 - 64 + 16), 2);
}

TEST(Pages, AreFullWhenNoRowFits) {
  Pages pages(false, false);
  const std::string row(1000, 'x');
  std::size_t rows = 0;
  while (pages.add(row)) ++rows;
  EXPECT_EQ(rows, pages.count() * 8);
  EXPECT_EQ(number<std::uint16_t>(pages.view(), 10), 0);
  pages.clear(static_cast<std::uint32_t>(pages.count()));
  EXPECT_EQ(pages.count(), 0U);
  EXPECT_TRUE(pages.add(row));
}

// As PostgreSQL's MaxHeapTuplesPerPage has it, which its own tools rely on.
TEST(Pages, HaveNoMoreThan291Rows) {
  Pages pages(true, false);
  for (int row = 0; row < 291; ++row) ASSERT_TRUE(pages.add(std::string(23, 'x')));
  EXPECT_EQ(pages.count(), 1U);
  ASSERT_TRUE(pages.add(std::string(23, 'x')));
  EXPECT_EQ(pages.count(), 2U);
}

// Tests of PostgreSQL 18, which looks at it whenever it reads a page, say that it is the right one.
TEST(Pages, ACheckSumKnowsThePlace) {
  Pages pages(true, true);
  pages.clear(7);
  ASSERT_TRUE(pages.add(std::string(100, 'x')));
  pages.seal();
  const char* page = pages.view().data();
  EXPECT_EQ(number<std::uint16_t>(pages.view(), 8), page_checksum(page, 7));
  EXPECT_NE(page_checksum(page, 7), page_checksum(page, 8));
}

TEST(Pages, TheMapHasTwoBitsForEachOfThem) {
  const std::string page = map_page(5, 0, false);
  ASSERT_EQ(page.size(), page_bytes);
  EXPECT_EQ(page[24], '\xff');
  EXPECT_EQ(page[25], '\x03');
  EXPECT_EQ(page[26], '\0');
  EXPECT_EQ(map_page(blocks_a_map_page + 9, 0, false), map_page(blocks_a_map_page, 0, false));
}

}  // namespace
}  // namespace slipway::ingest
