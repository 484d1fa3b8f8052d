// Names of tables with `*` in them, as `carry` has them.
#pragma once

#include <string_view>

namespace slipway::config {

// `*` stands for any text, the empty one too; everything else for itself.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace slipway::config
