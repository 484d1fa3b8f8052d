// The files of the starter portal, as they are written.
#pragma once

#include <span>
#include <string_view>

namespace slipway::commands {

struct StarterFile {
  std::string_view name;
  std::string_view content;
};

std::span<const StarterFile> starter_files();

}  // namespace slipway::commands
