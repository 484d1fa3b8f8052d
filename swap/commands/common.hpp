// What every command of `swap` does first and last: the config, the home, the one target; data and
// complaints.
#pragma once

#include <functional>
#include <string>

#include "swap/commands/commands.hpp"
#include "swap/promote/promote.hpp"

namespace slipway::swap {

void print(std::FILE* stream, const std::string& text);
// Prints the error; its exit code.
int complain(const Error& error);
int finished(const Result<int>& outcome);

// Loads the config, becomes the home's user, and hands the one target over, with who asks.
Result<int> with_target(const CommonOptions& common,
                        const std::function<int(const Context&, const std::string& actor)>& work);
// The same for work that also tells people how it ended.
Result<int> with_config(
    const CommonOptions& common,
    const std::function<int(const Context&, const config::Config&, const std::string& actor)>& work);
Order order_of(const PromoteOptions& options, bool back, const std::string& actor);

}  // namespace slipway::swap
