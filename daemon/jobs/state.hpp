// The states of a job and every way between them, as one table; nothing else says what may follow what.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slipway::jobs {

enum class State { queued, running, succeeded, failed, cancelled, interrupted };

inline constexpr State all_states[] = {State::queued, State::running,   State::succeeded,
                                       State::failed, State::cancelled, State::interrupted};

struct Transition {
  std::optional<State> from;  // nothing: the job is new
  State to;
  std::string_view because;
};

std::span<const Transition> transitions();

std::string_view name(State state);
std::optional<State> parse_state(std::string_view text);
// Nothing comes after it.
bool final(State state);
bool allowed(std::optional<State> from, State to);
// "('queued', 'running')": the states from which a job may come to this one, for a WHERE clause.
std::string states_before(State to);

}  // namespace slipway::jobs
