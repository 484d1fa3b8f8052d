// The table of a job's states is complete, and nothing contradicts it.
#include "daemon/jobs/state.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slipway::jobs {
namespace {

TEST(JobState, EachStateIsReachedAndEachTransitionSaysWhy) {
  std::set<State> reached;
  std::set<std::pair<int, int>> seen;
  for (const Transition& transition : transitions()) {
    reached.insert(transition.to);
    EXPECT_TRUE(transition.because.ends_with('.')) << name(transition.to);
    const int from = transition.from ? static_cast<int>(*transition.from) : -1;
    EXPECT_TRUE(seen.emplace(from, static_cast<int>(transition.to)).second) << "twice in the table";
  }
  EXPECT_EQ(reached.size(), std::size(all_states));
}

TEST(JobState, NothingLeavesAFinalStateAndEveryOtherHasAWayOut) {
  for (const State from : all_states) {
    bool leaves = false;
    for (const State to : all_states) leaves = leaves || allowed(from, to);
    EXPECT_NE(leaves, final(from)) << name(from);
  }
  for (const State state : {State::succeeded, State::failed, State::cancelled, State::interrupted})
    EXPECT_TRUE(final(state));
}

TEST(JobState, NamesAreReadBack) {
  for (const State state : all_states) EXPECT_EQ(parse_state(name(state)), state);
  EXPECT_FALSE(parse_state("done"));
  EXPECT_FALSE(parse_state(""));
}

TEST(JobState, TheWhereClauseComesFromTheTable) {
  EXPECT_EQ(states_before(State::interrupted), "('running')");
  EXPECT_EQ(states_before(State::cancelled), "('queued', 'running')");
}

}  // namespace
}  // namespace slipway::jobs
