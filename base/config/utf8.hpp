// Finds the first byte of a text that a config file may not hold: broken UTF-8, NUL and other control
// characters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::config {

struct BadByte {
  int line;
  int column;
  std::string what;
};

std::optional<BadByte> find_bad_byte(std::string_view text);

}  // namespace slipway::config
