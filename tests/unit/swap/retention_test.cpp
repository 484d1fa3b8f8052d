// What retention lets go, and why each of the others stays.
#include <gtest/gtest.h>

#include "swap/retention/plan.hpp"

namespace slipway::swap {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t now_ms = 100 * day_ms;

std::string id(int day) {
  return fmt::format("202601{:02}T000000Z", day);
}

Snapshot snapshot(int day, SnapshotState state, bool pinned = false) {
  Snapshot s;
  s.manifest.id = id(day);
  s.manifest.created_ms = now_ms - (30 - day) * day_ms;
  s.manifest.bytes = 100;
  s.state = state;
  s.pinned = pinned;
  return s;
}

std::string ids(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const Verdict& one : verdicts) text += one.id.substr(6, 2) + " ";
  return text;
}

std::string removed(const config::Keep& keep, const std::vector<Snapshot>& snapshots, const std::string& live,
                    const Journal& journal = {}, const Disk& disk = {}) {
  return ids(plan_retention(keep, snapshots, journal, live, now_ms, disk).removed);
}

using enum SnapshotState;

std::vector<Snapshot> ten() {
  std::vector<Snapshot> snapshots;
  for (int day = 1; day <= 9; ++day) snapshots.push_back(snapshot(day, retired));
  snapshots.push_back(snapshot(10, live));
  return snapshots;
}

TEST(Retention, KeepsTheLastAndLiveCountsAmongThem) {
  EXPECT_EQ(removed({.last = 3, .within = {}, .min_free_percent = {}}, ten(), id(10)),
            "01 02 03 04 05 06 07 ");
  EXPECT_EQ(removed({.last = 20, .within = {}, .min_free_percent = {}}, ten(), id(10)), "");
}

TEST(Retention, KeepsWhatIsYoungEnough) {
  const config::Keep keep{.last = 1, .within = Seconds(25 * 86400), .min_free_percent = {}};
  EXPECT_EQ(removed(keep, ten(), id(10)), "01 02 03 04 ");
}

TEST(Retention, NeverTakesWhatIsHeld) {
  Journal journal;
  journal.snapshots[id(5)].predecessor = id(2);
  std::vector<Snapshot> snapshots = {snapshot(1, retired, true), snapshot(2, retired), snapshot(3, retired),
                                     snapshot(4, building),      snapshot(5, live),    snapshot(6, ready)};
  EXPECT_EQ(removed({.last = 0, .within = {}, .min_free_percent = {}}, snapshots, id(5), journal), "03 ");
  journal.attempt = Attempt{};
  journal.attempt->to = id(3);
  EXPECT_EQ(removed({.last = 0, .within = {}, .min_free_percent = {}}, snapshots, id(5), journal), "");
}

TEST(Retention, FailedAndBadOnesDoNotPushGoodOnesOut) {
  const std::vector<Snapshot> snapshots = {snapshot(1, retired), snapshot(2, failed),  snapshot(3, failed),
                                           snapshot(4, bad),     snapshot(5, retired), snapshot(6, live)};
  EXPECT_EQ(removed({.last = 2, .within = {}, .min_free_percent = {}}, snapshots, id(6)), "01 02 ");
}

TEST(Retention, MakesRoomFromTheOldestUntilThereIsEnough) {
  const config::Keep keep{.last = 10, .within = {}, .min_free_percent = 50};
  // 250 are missing: three go; what is live stays even on a full disk.
  EXPECT_EQ(removed(keep, ten(), id(10), {}, {1000, 250}), "01 02 03 ");
  EXPECT_EQ(removed(keep, ten(), id(10), {}, {1'000'000, 0}), "01 02 03 04 05 06 07 08 09 ");
  EXPECT_EQ(removed(keep, ten(), id(10), {}, {1000, 500}), "");
}

TEST(Retention, EverySnapshotGetsItsReason) {
  const Retention retention =
      plan_retention({.last = 3, .within = {}, .min_free_percent = {}}, ten(), {}, id(10), now_ms, {});
  EXPECT_EQ(retention.kept.size() + retention.removed.size(), 10U);
  for (const auto* list : {&retention.kept, &retention.removed})
    for (const Verdict& one : *list) EXPECT_FALSE(one.why.empty()) << one.id;
}

TEST(Retention, LeavesAloneWhatIsDamaged) {
  std::vector<Snapshot> snapshots = ten();
  snapshots[2].manifest = damaged_manifest(id(3), fail("its checksum does not match"));
  snapshots[2].state = bad;
  const config::Keep keep{.last = 3, .within = {}, .min_free_percent = 100};
  EXPECT_EQ(removed(keep, snapshots, id(10), {}, {1000, 0}), "01 02 04 05 06 07 08 09 ");
}

}  // namespace
}  // namespace slipway::swap
