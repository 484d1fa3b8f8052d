// The states of snapshots and of promotions, and every transition between them with its sentence. Data:
// whoever changes a state asks here first, and the docs are made from it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace slipway::swap {

enum class SnapshotState { building, failed, ready, live, retired, bad };

enum class Step {
  planned,
  guarded,
  quiesced,
  switched,
  probed,
  resumed,
  verified,
  done,
  aborted,
  rolled_back,
  needs_operator,
};

template <class State>
struct Transition {
  State from;
  State to;
  std::string_view sentence;
};

std::span<const Transition<SnapshotState>> snapshot_transitions();
std::span<const Transition<Step>> promotion_transitions();

bool allowed(SnapshotState from, SnapshotState to);
bool allowed(Step from, Step to);
// Nothing follows it.
bool is_end(Step step);

std::string_view name(SnapshotState state);
std::string_view name(Step step);
std::optional<SnapshotState> snapshot_state(std::string_view name);
std::optional<Step> promotion_step(std::string_view name);

}  // namespace slipway::swap
