// The front door: one managed PgBouncer a target. It reaches the server through the socket folder behind
// `current`, so that moving that link is the switch and nothing restarts.
#pragma once

#include <optional>
#include <string>

#include "base/config/target.hpp"
#include "base/pg/session.hpp"
#include "swap/home.hpp"

namespace slipway::swap {

struct Pooler {
  Path folder;     // its working directory: pgbouncer.ini, users.txt, log, pid
  Path socket;     // the folder of its console's socket
  Path door_link;  // host= of its databases
  int port = 0;
  std::string database;
  config::Pool pool = config::Pool::transaction;
  std::string os_user;
};

Pooler pooler_of(const Home& home, const config::Target& target);

// Writes its files (and the link behind host=) and has it running on them; returns once its console answers.
Done ensure_pooler(const Seams& seams, const Home& home, const config::Target& target);
Result<std::optional<ProcessId>> running(const Pooler& pooler);
Done stop(const Pooler& pooler);

Result<pg::Session> pooler_console(const Seams& seams, const Pooler& pooler, Millis limit);
// The pool drops its server connections, so that the next one goes where `current` points now.
Done reconnect(const Seams& seams, const Pooler& pooler, const std::string& database, Millis limit);

}  // namespace slipway::swap
