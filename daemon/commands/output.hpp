// What commands print: data on standard output, everything else on standard error.
#pragma once

#include <string_view>

#include "daemon/commands/command_line.hpp"

namespace slipway::commands {

void print_data(std::string_view line);
// For people; nothing with --quiet.
void say(const CommandLine& line, std::string_view text);
// The last thing on success: the next useful command.
void say_next(const CommandLine& line, std::string_view command);
void print_error(const Error& error);

}  // namespace slipway::commands
