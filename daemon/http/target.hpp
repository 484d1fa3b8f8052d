// The target of a request: its path and query, decoded; what cannot be decoded is refused.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::http {

struct Target {
  std::vector<std::string> path;
  std::map<std::string, std::string> query;
};

// Nothing for anything but "/path?query" in well-formed percent-encoding, without NUL, "." and ".." segments,
// and without a query name that comes twice.
std::optional<Target> parse_target(std::string_view target);

}  // namespace slipway::http
