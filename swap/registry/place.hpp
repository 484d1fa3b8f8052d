// Where what lies with a database or schema target is kept, and sessions to that place which no pooler stands
// in between.
#pragma once

#include <string>

#include "base/config/target.hpp"
#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

struct RegistryPlace {
  config::Mode mode = config::Mode::database;
  std::string name;      // of the database or schema that is swapped
  std::string server;    // conninfo, as the config gives it
  std::string entry;     // a database of that server which is there in any case
  std::string database;  // the one that the registry lies in

  std::string what() const;  // for messages: "database portal"
};

// The database that is asked where a registry's own is missing.
Result<std::string> entry_database(const std::string& server, const std::string& target);

// To the server itself: through a pooler no lock and no session would be ours. Nothing of the server's or the
// role's settings ends this session for being idle, and what it commits is on disk.
Result<pg::Session> open_direct(const Seams& seams, const std::string& server, const std::string& database,
                                const std::string& application_name = "slipway");

// Names the privilege that is missing, where that is what PostgreSQL says.
Error with_privilege(Error error, const std::string& advice);

}  // namespace slipway::swap
