#include "daemon/jobs/state.hpp"

#include <algorithm>

namespace slipway::jobs {
namespace {

constexpr Transition table[] = {
    {{}, State::queued, "Somebody ordered it."},
    {{}, State::running, "A command runs it in the foreground: it enters its job already claimed."},
    {State::queued, State::running, "A worker of its home claimed it."},
    {State::queued, State::cancelled, "It was cancelled before anybody had begun it."},
    {State::running, State::succeeded, "Its work was done."},
    {State::running, State::failed, "Its work could not be done; its error says why."},
    {State::running, State::cancelled, "Somebody asked for its end, and it has ended."},
    {State::running, State::interrupted,
     "Its worker died, lost its heartbeat or was stopped; it may be retried as it is."},
};

constexpr std::string_view names[] = {"queued", "running", "succeeded", "failed", "cancelled", "interrupted"};

}  // namespace

std::span<const Transition> transitions() {
  return table;
}

std::string_view name(State state) {
  return names[static_cast<int>(state)];
}

std::optional<State> parse_state(std::string_view text) {
  for (const State state : all_states)
    if (name(state) == text) return state;
  return std::nullopt;
}

bool final(State state) {
  return std::none_of(std::begin(table), std::end(table),
                      [&](const Transition& t) { return t.from == state; });
}

bool allowed(std::optional<State> from, State to) {
  return std::any_of(std::begin(table), std::end(table),
                     [&](const Transition& t) { return t.from == from && t.to == to; });
}

std::string states_before(State to) {
  std::string list;
  for (const Transition& transition : table) {
    if (transition.to != to || !transition.from) continue;
    list += list.empty() ? "('" : ", '";
    list += name(*transition.from);
    list += "'";
  }
  return list + ")";
}

}  // namespace slipway::jobs
