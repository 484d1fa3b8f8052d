#include "daemon/commands/output.hpp"

#include <cstdio>

namespace slipway::commands {

void print_data(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void say(const CommandLine& line, std::string_view text) {
  if (!line.quiet) fmt::print(stderr, "{}\n", text);
}

void say_next(const CommandLine& line, std::string_view command) {
  if (!line.quiet) fmt::print(stderr, "next: {}\n", command);
}

void print_error(const Error& error) {
  fmt::print(stderr, "slipway: {}\n", error.text());
}

}  // namespace slipway::commands
