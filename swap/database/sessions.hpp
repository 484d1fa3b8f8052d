// Who is in a database, and how they are got out of it.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

// Ends every session in these databases, which are closed already, and waits until they are gone: an error
// that names those who stay, and prepared transactions, which no session holds.
Done end_sessions(Clock& clock, pg::Session& session, const std::vector<unsigned>& oids, Millis limit);

// What would make end_sessions() fail, looked at before anybody is held: prepared transactions, and sessions
// that our role may not end.
Done may_end_sessions(pg::Session& session, const std::vector<unsigned>& oids);

// What an operator should know before a promotion in database mode: long transactions, prepared transactions,
// replication slots, and the sessions that will be ended. The session is in live's database.
Result<std::vector<std::string>> database_blockers(pg::Session& session);

}  // namespace slipway::swap
