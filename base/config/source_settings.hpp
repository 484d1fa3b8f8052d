// `sources` of a pipeline: how they are read and shown again, and what a table's settings must be for its
// source.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_sources(const Scope& scope, const Value& map, Pipeline& pipeline);
Value show_sources(const Pipeline& pipeline);

// Whether the table's source is there, and is one for what the table asks of it.
void check_source(const Pipeline& pipeline, const Table& table, Mistakes& mistakes);

}  // namespace slipway::config
