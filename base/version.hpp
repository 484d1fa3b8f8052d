// The version of both commands; CMakeLists.txt says the same.
#pragma once

#include <string_view>

namespace slipway {

inline constexpr std::string_view version = "0.1.0";

}  // namespace slipway
