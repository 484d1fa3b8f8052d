// The databases of a server as pg_database has them, and the statements that make, close, name and drop them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

// `<name>__<id>`; live's is `<name>`, and a buried one's `<name>__<id>_gone`: at most PostgreSQL's 63 bytes.
std::string database_of_snapshot(const std::string& name, const std::string& id);
std::string buried_database(const std::string& name, const std::string& id);
// Nothing where a database is not named so.
std::optional<std::string> id_of_database(const std::string& name, const std::string& database);

struct DatabaseEntry {
  unsigned oid = 0;
  std::string name;
  bool open = false;  // it takes sessions
};

Result<std::vector<DatabaseEntry>> databases(pg::Session& session);
Result<std::optional<DatabaseEntry>> find_database(pg::Session& session, const std::string& name);
Result<std::optional<DatabaseEntry>> find_database(pg::Session& session, unsigned oid);

// Encoding and locale of that one, or UTF8 and C where there is none; then who owns it.
std::string locale_clause(const std::string& encoding, const std::string& collate, const std::string& ctype,
                          const std::string& provider, const std::string& provider_locale);
Result<std::string> locale_like(pg::Session& session, const std::string& database);
// The role that owns that database, where ours may act for it; else the one named after it; else ours.
Result<std::string> owner_like(pg::Session& session, const std::string& database);
// A role that reads it, if there is one.
Result<std::string> reader_of(pg::Session& session, const std::string& database);

Result<unsigned> make_database(pg::Session& session, const std::string& database, const std::string& owner,
                               const std::string& locale);
// ALLOW_CONNECTIONS, which keeps superusers out too.
Done set_open(pg::Session& session, const std::string& database, bool open);
Done rename_database(pg::Session& session, const std::string& from, const std::string& to);
// With those who are in it. One that is gone already is what was wanted.
Done drop_database(pg::Session& session, const std::string& database);
Result<std::uint64_t> database_bytes(pg::Session& session, unsigned oid);

}  // namespace slipway::swap
