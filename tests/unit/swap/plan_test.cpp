// Which snapshot a promotion goes to, by tables.
#include "swap/promote/plan.hpp"

#include <gtest/gtest.h>

namespace slipway::swap {
namespace {

Snapshot snapshot(const std::string& id, SnapshotState state) {
  Snapshot s;
  s.manifest.id = id;
  s.manifest.state =
      state == SnapshotState::building || state == SnapshotState::failed ? state : SnapshotState::ready;
  s.state = state;
  return s;
}

Snapshot damaged(const std::string& id) {
  Snapshot s;
  s.manifest = damaged_manifest(id, fail("its checksum does not match"));
  s.state = SnapshotState::bad;
  return s;
}

const std::string a = "20260101T000000Z", b = "20260102T000000Z", c = "20260103T000000Z",
                  d = "20260104T000000Z";

Journal history() {
  Journal journal;
  journal.snapshots[a].first_promoted_ms = 1;
  journal.snapshots[b].first_promoted_ms = 2;
  journal.snapshots[b].predecessor = a;
  journal.snapshots[c].first_promoted_ms = 3;
  journal.snapshots[c].predecessor = b;
  return journal;
}

struct Case {
  std::string what;
  Wish wish;
  std::vector<Snapshot> snapshots;
  std::string live;
  std::string to;  // "refused", or the id, or empty for nothing to do
};

TEST(Choose, TheSnapshotThatIsMeant) {
  using enum SnapshotState;
  const Wish forward, back{Direction::back, "", {}};
  const std::vector<Case> cases = {
      {"nothing there", forward, {}, "", ""},
      {"the newest ready one", forward, {snapshot(a, ready), snapshot(b, ready)}, "", b},
      {"none newer than live", forward, {snapshot(a, ready), snapshot(b, live)}, b, ""},
      {"not one still being built", forward, {snapshot(a, live), snapshot(b, building)}, a, ""},
      {"not one that was live before", forward, {snapshot(a, live), snapshot(b, retired)}, a, ""},
      {"not a bad one", forward, {snapshot(a, live), snapshot(b, bad)}, a, ""},
      {"one that is damaged stands in nobody's way",
       forward,
       {snapshot(a, live), snapshot(b, ready), damaged(c)},
       a,
       b},
      {"only one that is damaged", forward, {snapshot(a, live), damaged(c)}, a, "refused"},
      {"an old one that is damaged", forward, {damaged(a), snapshot(b, live)}, b, ""},
      {"one that is damaged, by its id",
       {Direction::forward, c, {}},
       {snapshot(a, live), damaged(c)},
       a,
       "refused"},
      {"an older one by its id",
       {Direction::forward, a, {}},
       {snapshot(a, retired), snapshot(b, live)},
       b,
       a},
      {"live itself is no error", {Direction::forward, b, {}}, {snapshot(b, live)}, b, ""},
      {"a failed one", {Direction::forward, a, {}}, {snapshot(a, failed)}, "", "refused"},
      {"an unknown one", {Direction::forward, a, {}}, {}, "", "refused"},
      {"back one", back, {snapshot(a, retired), snapshot(b, retired), snapshot(c, live)}, c, b},
      {"back from the second", back, {snapshot(a, retired), snapshot(b, live)}, b, a},
      {"back from the first", back, {snapshot(a, live)}, a, "refused"},
      {"back where nothing is live", back, {snapshot(a, ready)}, "", "refused"},
      {"live is as expected", {Direction::forward, "", a}, {snapshot(a, live), snapshot(d, ready)}, a, d},
      {"live is not as expected",
       {Direction::forward, "", b},
       {snapshot(a, live), snapshot(d, ready)},
       a,
       "refused"},
  };
  for (const Case& one : cases) {
    const Result<Choice> choice = choose(one.wish, one.snapshots, history(), one.live);
    if (one.to == "refused") {
      ASSERT_FALSE(choice) << one.what;
      EXPECT_EQ(choice.error().kind(), Kind::refused) << one.what;
    } else {
      ASSERT_TRUE(choice) << one.what << ": " << choice.error().text();
      EXPECT_EQ(choice->to, one.to) << one.what;
    }
  }
}

TEST(Previous, SkipsBadOnesAndNeverToggles) {
  Journal journal = history();
  EXPECT_EQ(previous_of(journal, c), b);
  EXPECT_EQ(previous_of(journal, b), a);
  EXPECT_EQ(previous_of(journal, a), "");
  journal.snapshots[b].bad = true;
  EXPECT_EQ(previous_of(journal, c), a);
  // A damaged chain that leads round in a ring ends all the same.
  journal.snapshots[a].predecessor = c;
  journal.snapshots[a].bad = journal.snapshots[c].bad = true;
  EXPECT_EQ(previous_of(journal, c), "");
}

}  // namespace
}  // namespace slipway::swap
