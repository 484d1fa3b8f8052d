// Everything that a pipeline names, looked at before anything is made for it.
#pragma once

#include "base/config/pipeline.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::ingest {

// Every schema file and every source is there, of a kind that we read, and readable by this user.
Done preflight(const config::Config& config, const config::Pipeline& pipeline);

}  // namespace slipway::ingest
