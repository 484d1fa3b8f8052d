// Several tasks at once, as far as the cores and the building server are worth it.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "base/error.hpp"

namespace slipway::ingest {

// Two on two cores, where the server's side of each keeps a core busy; more on more.
std::size_t streams_at_once();

// Runs the tasks, so many at a time. The first error counts, and ends the other tasks too.
Done side_by_side(std::size_t tasks, std::stop_source& stop, const std::function<Done(std::size_t)>& run);

}  // namespace slipway::ingest
