// Rows of a file with one JSON object a line. Each line is parsed for itself and to its last byte, so that a
// broken one spoils no other and nothing in it goes unseen.
#pragma once

#include <memory>

#include "daemon/ingest/format/json_shape.hpp"
#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/format/window.hpp"

namespace slipway::ingest {

// The fields of its rows are those that the shape wants. The stream and the shape must outlive the reader.
std::unique_ptr<RowReader> ndjson_reader(ByteStream& stream, const JsonShape& shape,
                                         std::size_t chunk_bytes = 256 << 10);

}  // namespace slipway::ingest
