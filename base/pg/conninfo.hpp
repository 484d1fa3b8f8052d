// Connection strings, taken apart and put together again: the same server, another database.
#pragma once

#include <map>
#include <string>

#include "base/error.hpp"

namespace slipway::pg {

// What it gives, by libpq's names (host, port, dbname, password, …). libpq's own complaint is withheld where
// it is none: it quotes the text, its password too.
Result<std::map<std::string, std::string>> conninfo_parts(const std::string& conninfo);

// What was given, as key=value pairs, with that database in place of its own. What it does not say about
// keeping an idle connection alive is added: a firewall that forgets it would end a lock that we hold.
Result<std::string> with_database(const std::string& conninfo, const std::string& database);
// The database that it names; empty where it names none.
Result<std::string> database_of(const std::string& conninfo);
// "host:port", for messages: no password, no user.
Result<std::string> server_of(const std::string& conninfo);

}  // namespace slipway::pg
