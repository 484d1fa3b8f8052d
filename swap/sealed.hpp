// JSON files that carry a checksum of themselves, written whole or not at all: journals and manifests.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "base/files.hpp"

namespace slipway::swap {

// The body of a sealed file; nothing if there is no such file. A checksum that does not match is an error
// that says what to do (F20), and so is a format newer than `newest_format` (F22).
Result<std::optional<nlohmann::json>> read_sealed(Files& files, const Path& path, int newest_format);
Done write_sealed(Files& files, const Path& path, int format, const nlohmann::json& body);

}  // namespace slipway::swap
