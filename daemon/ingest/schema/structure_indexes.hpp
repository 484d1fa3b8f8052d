// Records keys and indexes: how each is dropped, and how it is made again with all that hangs on it. Those of
// partitions that belong to one of their parent come and go with it, and keep their own names.
#pragma once

#include "daemon/ingest/schema/structure.hpp"

namespace slipway::ingest {

Done record_indexes(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts);

std::string comment_on(std::string_view what, const std::string& comment);

}  // namespace slipway::ingest
