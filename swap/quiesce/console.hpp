// PgBouncer's admin console: holding one of its databases still, letting it go, and what it says of itself.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

// Every attempt gets a session of its own, discarded afterwards: a RESUME that races a PAUSE can leave that
// PAUSE hanging for ever.
struct Console {
  std::function<Result<pg::Session>(Millis limit)> open;
  std::string where;  // for errors: "PgBouncer at 10.0.0.1:6432"
};

struct PooledDatabase {
  std::string name;
  std::string pool_mode;  // empty: the pooler's own
  bool paused = false;
};

// Returns when nobody is in a transaction (session pooling: when nobody is connected). At the limit an error
// that names the clients that stay; Kind::needs_operator where the pause could not be taken back.
Done pause_database(const Seams& seams, const Console& console, const std::string& database, Millis limit);
// "Not paused" is fine: that is what was wanted.
Done resume_database(const Console& console, const std::string& database, Millis limit);

// Ends its clients' connections; those that come wait for the resume.
Done close_clients_of(const Console& console, const std::string& database, Millis limit);

Result<std::vector<PooledDatabase>> pooled_databases(pg::Session& session);
// Whether one that is not listed would be served all the same, by an entry `*`: those are listed, and may be
// paused, only once they have been named.
Result<bool> is_served(pg::Session& session, const std::string& database);
Result<std::map<std::string, std::string>> pooler_settings(pg::Session& session);
// An error for one who may only look.
Done require_admin(pg::Session& session);

}  // namespace slipway::swap
