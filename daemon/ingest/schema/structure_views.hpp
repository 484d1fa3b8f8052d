// Views that group by a primary key depend on it, and would keep it from being dropped. Until it is back they
// are replaced by empty ones with the same columns: that way whoever depends on them, their rights and their
// comments never notice.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "daemon/ingest/schema/catalog.hpp"

namespace slipway::ingest {

struct View {
  std::string oid;
  std::string restore;     // the statement
  std::string entry = {};  // in the ledger
};

// In the transaction that drops the keys. A view that cannot be replaced stays as it is, and so does its key.
Done replace_views(pg::Session& session, const CatalogTable& table, std::vector<View>& views);

}  // namespace slipway::ingest
