// Names on disk come back as they were written, and nothing else passes for one.
#include "swap/names.hpp"

#include <gtest/gtest.h>

namespace slipway::swap {
namespace {

TEST(SnapshotId, IsRecognisedExactly) {
  EXPECT_TRUE(is_snapshot_id("20261121T093000Z"));
  for (const char* wrong : {"", "20261121T093000", "20261321T093000Z", "20260230T000000Z", "2026112xT093000Z",
                            "20261121T093000Z ", "../../../../etcZ", "20261121t093000Z", "20261121T246000Z"})
    EXPECT_FALSE(is_snapshot_id(wrong)) << wrong;
}

TEST(SnapshotId, AlwaysGrows) {
  const WallTime now = from_epoch_ms(1'795'253'400'000);
  const std::string id = snapshot_id(now);
  EXPECT_EQ(next_snapshot_id(now, ""), id);
  EXPECT_EQ(next_snapshot_id(now, "20200101T000000Z"), id);
  // Two in one second, and a clock that went back over midnight.
  EXPECT_EQ(next_snapshot_id(now, "20261231T235959Z"), "20270101T000000Z");
  EXPECT_GT(next_snapshot_id(now, id), id);
  EXPECT_TRUE(is_snapshot_id(next_snapshot_id(now, id)));
}

TEST(Current, ComesBackAndNothingElseDoes) {
  EXPECT_EQ(id_in_current(current_text("20261121T093000Z")), "20261121T093000Z");
  for (const char* wrong : {"", "snapshots/", "snapshots/x", "/snapshots/20261121T093000Z",
                            "snapshots/20261121T093000Z/pgdata", "../snapshots/20261121T093000Z"})
    EXPECT_FALSE(id_in_current(wrong)) << wrong;
}

}  // namespace
}  // namespace slipway::swap
