// The transition tables are complete: every state is reached, every state that is no end leaves, none goes
// nowhere.
#include "swap/states.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slipway::swap {
namespace {

template <class State>
std::set<State> reachable(std::span<const Transition<State>> table, State from) {
  std::set<State> seen{from};
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& t : table)
      if (seen.contains(t.from)) grew |= seen.insert(t.to).second;
  }
  return seen;
}

TEST(Promotions, EveryStateIsReachedAndEndsSomewhere) {
  const auto table = promotion_transitions();
  EXPECT_EQ(reachable(table, Step::planned).size(), 11U);
  for (const auto& t : table) {
    EXPECT_FALSE(is_end(t.from)) << name(t.from);
    EXPECT_FALSE(t.sentence.empty());
    bool ends = false;
    for (const Step step : reachable(table, t.from)) ends |= is_end(step);
    EXPECT_TRUE(ends) << name(t.from);
  }
}

TEST(Promotions, BackwardsBeforeTheSwitchForwardsAfter) {
  for (const auto& t : promotion_transitions()) {
    if (t.to == Step::aborted) {
      EXPECT_TRUE(t.from < Step::switched || t.from == Step::needs_operator) << name(t.from);
    }
    if (t.to == Step::rolled_back) {
      EXPECT_TRUE(t.from >= Step::switched) << name(t.from);
    }
  }
  EXPECT_FALSE(allowed(Step::planned, Step::switched));
}

TEST(Snapshots, EveryStateIsReachedAndNoneIsListedTwice) {
  EXPECT_EQ(reachable(snapshot_transitions(), SnapshotState::building).size(), 6U);
  std::set<std::pair<SnapshotState, SnapshotState>> seen;
  for (const auto& t : snapshot_transitions()) EXPECT_TRUE(seen.insert({t.from, t.to}).second);
  EXPECT_FALSE(allowed(SnapshotState::failed, SnapshotState::live));
  EXPECT_FALSE(allowed(SnapshotState::bad, SnapshotState::live));
}

TEST(Names, ComeBack) {
  for (int i = 0; i <= 10; ++i) EXPECT_EQ(promotion_step(name(static_cast<Step>(i))), static_cast<Step>(i));
  for (int i = 0; i <= 5; ++i)
    EXPECT_EQ(snapshot_state(name(static_cast<SnapshotState>(i))), static_cast<SnapshotState>(i));
  EXPECT_FALSE(promotion_step("finished"));
}

}  // namespace
}  // namespace slipway::swap
