// Who keeps a switch of schemas from happening: those who hold locks on the tables, and those whose snapshot
// is older than the candidate's rows, who would see its tables empty.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/pg/session.hpp"
#include "swap/schema/dependents.hpp"

namespace slipway::swap {

// What the switch locks, in its order: outside before inside, views before tables, and of live's tables those
// first that are written most. Tables that a carry holds already are left to it.
Result<std::vector<std::string>> locking(pg::Session& session, const SchemaPair& pair,
                                         const std::vector<Dependent>& dependents);

// Sessions and prepared transactions with locks on the tables of either schema, in transactions that are at
// least so old.
Result<std::vector<std::string>> lock_holders(pg::Session& session, const SchemaPair& pair, Millis at_least);

// Sessions whose snapshot may not see what the candidate's last transaction wrote.
Result<std::vector<std::string>> old_snapshots(pg::Session& session, const std::string& candidate_name);

// Transactions of which our role may see no more than that they are there: by virtual transaction id.
Result<std::vector<std::string>> hidden_transactions(pg::Session& session);

// Ends the sessions of clients, whose prepared statements would fail for ever: the rows of a table have
// another shape now. Those that our role may not end are returned by name.
Result<std::vector<std::string>> end_clients(pg::Session& session, unsigned live);
// Tables whose rows clients would get in another shape.
Result<std::vector<std::string>> reshaped(pg::Session& session, unsigned before, unsigned now);

}  // namespace slipway::swap
