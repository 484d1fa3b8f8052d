// A journal or a manifest that was cut off, altered or written by a newer version is refused with guidance
// (F20, F22).
#include "swap/sealed.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "swap/journal.hpp"
#include "swap/manifest.hpp"

namespace slipway::swap {
namespace {

class Sealed : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/slipway-test-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string problem(const Path& file) {
    const auto body = read_sealed(real_files(), file, 1);
    return body ? std::string() : body.error().text();
  }

  Path folder_;
};

TEST_F(Sealed, EveryCutAndEveryFlippedByteIsSeen) {
  const Path file = folder_ / "promotion.json";
  Journal journal;
  journal.epoch = 7;
  journal.snapshots["20260101T000000Z"].predecessor = "20250101T000000Z";
  ASSERT_TRUE(write_journal(real_files(), file, journal));
  EXPECT_EQ(read_journal(real_files(), file)->epoch, 7);
  const std::string whole = *real_files().read(file);
  for (std::size_t cut = 0; cut + 2 < whole.size(); cut += 7) {
    ASSERT_TRUE(real_files().write(file, whole.substr(0, cut)));
    EXPECT_NE(problem(file), "") << cut;
  }
  int harmless = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 1);
    ASSERT_TRUE(real_files().write(file, altered));
    const auto read = read_journal(real_files(), file);
    if (!read) continue;
    // White space, or a digit of the format that makes it older: what it says is the same.
    EXPECT_EQ(read->epoch, 7);
    ++harmless;
  }
  EXPECT_LT(harmless, 100);
}

TEST_F(Sealed, ANewerFormatIsRefusedByName) {
  const Path file = folder_ / "x.json";
  ASSERT_TRUE(write_sealed(real_files(), file, 2, {{"a", 1}}));
  EXPECT_NE(problem(file).find("newer Slipway"), std::string::npos) << problem(file);
}

TEST_F(Sealed, ManifestsComeBackWhole) {
  Manifest m;
  m.id = "20260101T000000Z";
  m.build_uuid = "u";
  m.fence = 12;
  m.state = SnapshotState::ready;
  m.parameters = {{"k", "v"}};
  m.inputs = {"a 1", "b 2"};
  m.rows = {{"study", 5}};
  m.bytes = 99;
  const Path file = folder_ / "manifest.json";
  ASSERT_TRUE(write_manifest(real_files(), file, m));
  const auto back = read_manifest(real_files(), file);
  ASSERT_TRUE(back);
  EXPECT_EQ((*back)->rows, m.rows);
  EXPECT_EQ((*back)->inputs, m.inputs);
  EXPECT_EQ((*back)->state, SnapshotState::ready);
  EXPECT_FALSE(*read_manifest(real_files(), folder_ / "none.json"));
}

}  // namespace
}  // namespace slipway::swap
