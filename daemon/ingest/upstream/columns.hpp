// What a column's entry in `columns` means for a table of an upstream: an SQL expression that its server
// computes.
#pragma once

#include <string>

#include "base/config/pipeline.hpp"
#include "base/error.hpp"

namespace slipway::ingest {

// The column as the upstream has it.
struct TheirColumn {
  std::string name;
  std::string type;  // as CAST takes it
};

// In the order that files have too: trimmed, then null_if, then the default. Whatever a user wrote is a
// quoted literal or a quoted name in it.
Result<std::string> upstream_expression(const config::Column& column, const TheirColumn& theirs);
// `const`, as that type.
std::string constant_expression(const std::string& value, const std::string& type);

}  // namespace slipway::ingest
