// Sends the notices that wait in the control database.
#pragma once

#include <stop_token>

#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::swap {

// Those that are due, one after the other, for that long at most. A receiver that fails is left alone for the
// rest of the round. What could not be sent is logged, waits, and after notices::most_tries is given up; an
// error means that the control database failed.
Done send_due(pg::Session& control, Clock& clock, const config::Config& config, Millis budget,
              const std::stop_token& stop = {});

}  // namespace slipway::swap
