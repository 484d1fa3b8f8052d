// Where a table's files end and the next ones begin.
#include "daemon/ingest/heap/table_file.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "daemon/ingest/heap/page.hpp"

namespace slipway::ingest {
namespace {

class TableFileTest : public testing::Test {
 protected:
  TableFileTest() {
    char name[] = "/tmp/slipway-heap-XXXXXX";
    folder_ = ::mkdtemp(name);
    path_ = folder_ / "16384";
    std::ofstream(path_).flush();  // as the server makes it
  }
  ~TableFileTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  static std::string end_of(const Path& path) {
    std::ifstream in(path, std::ios::binary);
    in.seekg(-static_cast<std::streamoff>(page_bytes), std::ios::end);
    std::string page(page_bytes, '\0');
    in.read(page.data(), static_cast<std::streamsize>(page.size()));
    return page;
  }

  Path folder_, path_;
};

TEST_F(TableFileTest, ASegmentHasOneGibibyte) {
  constexpr std::uint32_t blocks = 131'072;
  TableFile file(path_);
  const std::string pages = std::string(page_bytes, 'a') + std::string(2 * page_bytes, 'b');
  ASSERT_TRUE(file.write(blocks - 1, pages));
  EXPECT_EQ(std::filesystem::file_size(path_), std::uintmax_t{1} << 30U);
  EXPECT_EQ(std::filesystem::file_size(path_.string() + ".1"), 2 * page_bytes);
  EXPECT_EQ(end_of(path_), std::string(page_bytes, 'a'));
  EXPECT_EQ(end_of(path_.string() + ".1"), std::string(page_bytes, 'b'));
  ASSERT_TRUE(file.write(2 * blocks + 1, std::string(page_bytes, 'c')));
  EXPECT_EQ(std::filesystem::file_size(path_.string() + ".2"), 2 * page_bytes);
  ASSERT_TRUE(file.write(blocks, std::string(page_bytes, 'd')));
  EXPECT_EQ(std::filesystem::file_size(path_.string() + ".1"), 2 * page_bytes);
}

TEST_F(TableFileTest, TheMapHasAsManyPagesAsItNeeds) {
  const TableFile file(path_);
  ASSERT_TRUE(file.write_map(blocks_a_map_page + 6, false));
  const Path map = path_.string() + "_vm";
  EXPECT_EQ(std::filesystem::file_size(map), 2 * page_bytes);
  EXPECT_EQ(end_of(map), map_page(6, 1, false));
}

TEST_F(TableFileTest, SaysWhatItCannotWrite) {
  TableFile missing(folder_ / "nothing");
  const Done written = missing.write(0, std::string(page_bytes, 'a'));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().text(), testing::HasSubstr((folder_ / "nothing").string()));
  TableFile full("/dev/full");
  const Done refused = full.write(0, std::string(page_bytes, 'a'));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), testing::HasSubstr("No space left on device"));
  std::ofstream(path_.string() + "_vm").flush();
  EXPECT_FALSE(TableFile(path_).write_map(3, false))
      << "a map is there already, so somebody has looked for one";
}

}  // namespace
}  // namespace slipway::ingest
