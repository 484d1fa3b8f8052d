// Keeps the logs of keys short. Of each row only its newest change counts, however often it changes: whoever
// changes a row waits for the one who did so before, so a promotion that needs an older change needs the
// newest one too.
#pragma once

#include <cstdint>

#include "base/pg/session.hpp"

namespace slipway::swap::carry {

inline constexpr std::int64_t worth_shortening = 10'000;

// In all logs of that database. One is shortened once as many changes have come as it kept the last time, and
// no fewer than `least`, so that all of it costs no more than writing them did. How many entries went.
Result<std::int64_t> shorten_logs(pg::Session& session, std::int64_t least = worth_shortening);

}  // namespace slipway::swap::carry
