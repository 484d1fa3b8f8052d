// Arrays of the types that have an encoder: one dimension, as array_in reads it.
#pragma once

#include "daemon/ingest/columns/encode.hpp"

namespace slipway::ingest {

Fit encode_array(const TypeInfo& type, std::string_view text, bool ascii, Out& out);

// A JSON array as an array literal of PostgreSQL, as jsonb_populate_record takes it: nested ones are nested,
// null is NULL, objects are their JSON. The text is JSON.
void array_literal(std::string_view json, std::string& out);

}  // namespace slipway::ingest
