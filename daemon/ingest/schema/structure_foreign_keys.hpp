// Records foreign keys from and to a table: how each is dropped, and how it is made again.
#pragma once

#include "daemon/ingest/schema/structure.hpp"

namespace slipway::ingest {

Done record_foreign_keys(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts,
                         std::vector<Part>& validations);

}  // namespace slipway::ingest
