// Rows of a JSON file: the elements of an array, one by one, so that a long one needs no memory; or whole
// documents one after another.
#pragma once

#include <memory>

#include "daemon/ingest/format/json_shape.hpp"
#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/format/window.hpp"

namespace slipway::ingest {

// The fields of its rows are those that the shape wants. The stream and the shape must outlive the reader.
std::unique_ptr<RowReader> json_reader(ByteStream& stream, std::string shown, const JsonShape& shape,
                                       std::size_t chunk_bytes = 256 << 10);

}  // namespace slipway::ingest
