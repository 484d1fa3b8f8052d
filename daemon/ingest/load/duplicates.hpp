// `duplicates: reject`: of the rows that share a key the first stays, and the others become rejects.
#pragma once

#include "daemon/ingest/load/table_load.hpp"
#include "daemon/ingest/schema/structure.hpp"

namespace slipway::ingest {

// Takes them out of the loaded table. Rows lie in it in the order of the files; that tells where each came
// from.
Done reject_duplicates(TableLoad& load, const std::vector<Part>& indexes,
                       const std::vector<FileCount>& files);

}  // namespace slipway::ingest
