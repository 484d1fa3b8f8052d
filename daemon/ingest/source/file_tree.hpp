// Files below a folder by a pattern in which `**` stands for any number of folders.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::ingest {

bool goes_deep(const std::string& pattern);
// Regular files, sorted. What cannot be looked into is an error; links to folders are not followed by `**`.
Result<std::vector<Path>> match_tree(const Path& folder, const std::string& pattern);

}  // namespace slipway::ingest
