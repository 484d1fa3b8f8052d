// A promotion for later: it stands in the target's journal, and the daemon's tick starts it at its time.
#pragma once

#include "swap/promote/promote.hpp"

namespace slipway::swap {

// "2026-11-22T03:00Z", "2026-11-22T03:00:30Z", or from now on: "+90s", "+30m", "+2h", "+1d". Kind::usage
// else.
Result<std::int64_t> time_ms_from(const std::string& text, WallTime now);

// The choice and the guardrails are looked at now, and again at its time. One a target: another is refused.
Result<Scheduled> schedule(const Context& context, const Order& order, std::int64_t at_ms);
// What was scheduled; nothing where nothing was.
Result<std::optional<Scheduled>> cancel_scheduled(const Context& context, const std::string& actor);
// Starts those that are due, each in a process of its own; what was missed by long is not made up for, but
// said.
Done promote_due(const Seams& seams, const config::Config& config, const Home& home);

}  // namespace slipway::swap
