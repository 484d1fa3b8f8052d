// `dialect` of a source of files: how it is read and shown again, and what each format leaves open.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_dialect(const Scope& scope, const Value& map, FileSource& source);
Value show_dialect(const FileSource& source);

// Whether the dialect fits the source's format, and its characters one another.
void check_dialect(const Scope& scope, const Value& key, const FileSource& source);

}  // namespace slipway::config
