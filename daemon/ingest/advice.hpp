// What to do next after a failed build, where the error itself does not say.
#pragma once

#include <string>

#include "base/error.hpp"

namespace slipway::ingest {

Error with_advice(Error error, const std::string& pipeline);

}  // namespace slipway::ingest
