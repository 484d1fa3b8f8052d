#include "swap/states.hpp"

#include <algorithm>
#include <array>

namespace slipway::swap {
namespace {

using S = SnapshotState;

constexpr Transition<S> snapshots[] = {
    {S::building, S::ready, "the build is complete, its checks hold, and it is frozen"},
    {S::building, S::failed, "the build ended in an error, was cancelled, or its worker died"},
    {S::ready, S::live, "it was promoted for the first time"},
    {S::live, S::retired, "another snapshot was promoted"},
    {S::retired, S::live, "it was rolled back to, or promoted again by its id"},
    {S::building, S::bad, "it was found damaged while being built"},
    {S::failed, S::bad, "what is left of it was found damaged"},
    {S::ready, S::bad, "it was found damaged before it was ever live"},
    {S::live, S::bad, "it failed verification after a switch, and what was live before came back"},
    {S::retired, S::bad, "it was found damaged when it was wanted back"},
    {S::bad, S::ready, "an operator cleared the mark, and it was never live since"},
    {S::bad, S::retired, "an operator cleared the mark of one that had been live"},
};

constexpr Transition<Step> promotions[] = {
    {Step::planned, Step::guarded, "every guardrail holds and the candidate answers"},
    {Step::planned, Step::aborted, "a guardrail or the candidate said no, or the promoter died"},
    {Step::guarded, Step::quiesced, "clients are held still"},
    {Step::guarded, Step::aborted, "the hold could not be had in time, or the promoter died"},
    {Step::quiesced, Step::switched, "the switch consumed its token: the candidate is live"},
    {Step::quiesced, Step::aborted, "the token was gone, or the promoter died: what was live still is"},
    {Step::switched, Step::probed, "the way to the live snapshot leads to the candidate"},
    {Step::switched, Step::rolled_back, "the probe failed and what was live before is live again"},
    {Step::switched, Step::needs_operator, "neither the candidate nor the one before could be proven"},
    {Step::probed, Step::resumed, "clients go on, on the candidate"},
    {Step::probed, Step::rolled_back, "clients could not go on with the candidate"},
    {Step::probed, Step::needs_operator, "the hold could not be let go"},
    {Step::resumed, Step::verified,
     "clients see the candidate through the front door, and every probe holds"},
    {Step::resumed, Step::rolled_back, "verification failed and what was live before is live again"},
    {Step::resumed, Step::needs_operator, "the front door could not be reached, or the way back failed"},
    {Step::verified, Step::done, "the receipt is written and the previous server has stopped"},
    {Step::needs_operator, Step::done, "recovery could prove that the candidate serves"},
    {Step::needs_operator, Step::aborted,
     "recovery could prove that what was live before serves, or an operator promotes another"},
    {Step::needs_operator, Step::rolled_back,
     "recovery brought back what was live before, or an operator promotes another"},
};

constexpr std::array<std::string_view, 6> snapshot_names{"building", "failed",  "ready",
                                                         "live",     "retired", "bad"};
constexpr std::array<std::string_view, 11> step_names{"planned", "guarded",     "quiesced",      "switched",
                                                      "probed",  "resumed",     "verified",      "done",
                                                      "aborted", "rolled_back", "needs_operator"};

template <class State, std::size_t N>
bool listed(const Transition<State> (&table)[N], State from, State to) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](const auto& t) { return t.from == from && t.to == to; });
}

template <class State, std::size_t N>
std::optional<State> named(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<State>(found - names.begin());
}

}  // namespace

std::span<const Transition<SnapshotState>> snapshot_transitions() {
  return snapshots;
}
std::span<const Transition<Step>> promotion_transitions() {
  return promotions;
}

bool allowed(SnapshotState from, SnapshotState to) {
  return listed(snapshots, from, to);
}
bool allowed(Step from, Step to) {
  return listed(promotions, from, to);
}

bool is_end(Step step) {
  return step == Step::done || step == Step::aborted || step == Step::rolled_back;
}

std::string_view name(SnapshotState state) {
  return snapshot_names.at(static_cast<std::size_t>(state));
}
std::string_view name(Step step) {
  return step_names.at(static_cast<std::size_t>(step));
}

std::optional<SnapshotState> snapshot_state(std::string_view name) {
  return named<SnapshotState>(snapshot_names, name);
}
std::optional<Step> promotion_step(std::string_view name) {
  return named<Step>(step_names, name);
}

}  // namespace slipway::swap
