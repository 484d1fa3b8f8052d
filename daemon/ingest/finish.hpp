// What a loaded table still needs: sequences past the highest id, statistics, rights for readers.
#pragma once

#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/schema/catalog.hpp"

namespace slipway::ingest {

Done set_sequences(const Request& request, Connection& connection, const std::vector<CatalogTable>& tables);
// Materialized views that the schema files made were filled from empty tables. Those made WITH NO DATA stay
// so.
Done refresh_views(const Request& request, Connection& connection);
Done analyze(Connection& connection, const std::vector<CatalogTable>& tables);
Done grant_reading(const Request& request, Connection& connection);

}  // namespace slipway::ingest
