// Files that the binary carries: the schemas of the API, and the page at /docs.
#pragma once

#include <span>
#include <string_view>

namespace slipway::api {

struct Embedded {
  std::string_view name;  // of the file, without its folder
  std::string_view content;
  std::string_view sha256;
};

std::span<const Embedded> schema_files();
std::span<const Embedded> page_files();

}  // namespace slipway::api
