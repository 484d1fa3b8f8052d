// `slipway check`: is slipway.yaml right, and are the files there that it names? Starts and changes nothing.
#pragma once

#include <optional>

#include "base/files.hpp"

namespace slipway::commands {

// Prints the answer and returns the exit code. With defaults: every value in force, as YAML.
int run_check(const std::optional<Path>& config_file, bool defaults, bool json);

}  // namespace slipway::commands
