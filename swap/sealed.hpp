// JSON texts that carry a checksum of themselves, in files that are written whole or not at all, or in a
// column of a database: journals and manifests.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/files.hpp"

namespace slipway::swap {

std::string sealed(int format, const nlohmann::json& body);
// The body of a sealed text that came from `where`. A checksum that does not match is an error that says what
// to do (F20), and so is a format newer than `newest_format` (F22).
Result<nlohmann::json> unsealed(const std::string& text, const std::string& where, int newest_format);

// The body of a sealed file; nothing if there is no such file.
Result<std::optional<nlohmann::json>> read_sealed(Files& files, const Path& path, int newest_format);
Done write_sealed(Files& files, const Path& path, int format, const nlohmann::json& body);

}  // namespace slipway::swap
