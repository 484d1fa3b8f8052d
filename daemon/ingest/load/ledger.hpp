// The ledger of a build: which parts are complete and what is off its tables, kept in the snapshot itself and
// written in one transaction with what it tells of. Whoever takes the build over goes on from there. Gone
// when it is ready.
#pragma once

#include <map>
#include <optional>

#include "daemon/ingest/load/ledger_part.hpp"
#include "daemon/ingest/schema/structure.hpp"

namespace slipway::ingest {

inline constexpr std::string_view ledger_table = "slipway_ledger";

struct Ledger {
  std::string recipe;                                    // of what the build is made of
  Structure structure;                                   // what is still off
  bool restoring = false;                                // some of it is on again
  std::map<std::string, std::vector<LedgerPart>> parts;  // by table, in their order
};

// Config, schema files and order: a build that another recipe began is none to go on with.
Result<std::string> recipe_of(const Request& request);

// In the transaction that took the structure off: from here on the build can be taken over.
Done begin_ledger(const Request& request, pg::Session& session, Structure& structure);
// Nothing where the build has none.
Result<std::optional<Ledger>> read_ledger(const Request& request, pg::Session& session);
// These in the transaction of what they tell of.
Done write_part(const Request& request, pg::Session& session, const std::string& table,
                const LedgerPart& part);
Done forget_parts(const Request& request, pg::Session& session, const std::string& table);
Done note_restored(const Request& request, pg::Session& session, const std::string& entry);
Done drop_ledger(const Request& request, Connection& connection);

}  // namespace slipway::ingest
