// "did you mean": the known name nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

// Empty where nothing is near enough to be worth saying.
std::string nearest(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace slipway::config
