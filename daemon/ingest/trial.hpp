// A build for trial: a few rows of every source, to see whether they fit, and how large the whole would be.
#pragma once

#include <vector>

#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

struct Sample {
  std::vector<Input> inputs;  // as those that were asked for, under the same names, but short
  Extent whole;
};

// The first rows of the files, every file's share of them, are written into that folder.
Result<Sample> sample_of(const std::vector<Input>& inputs, const Path& folder, std::int64_t rows);

// Its rows on disk with their indexes, partitions and TOAST; without what every file has whatever its size.
Result<std::int64_t> size_of(pg::Session& session, const CatalogTable& table);

}  // namespace slipway::ingest
