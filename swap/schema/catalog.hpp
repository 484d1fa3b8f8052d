// The schemas of a target as pg_namespace has them, and what lies in one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/pg/session.hpp"

namespace slipway::swap {

// `<name>__<id>`; live's is `<name>`.
std::string schema_of_snapshot(const std::string& name, const std::string& id);
// Nothing where a schema is not named so.
std::optional<std::string> id_of_schema(const std::string& name, const std::string& schema);

struct SchemaEntry {
  unsigned oid = 0;
  std::string name;
  std::string owner;
  bool ours = false;  // our role owns it, or is a member of the role that does
};

Result<std::vector<SchemaEntry>> schemas(pg::Session& session);
Result<std::optional<SchemaEntry>> find_schema(pg::Session& session, const std::string& name);
Result<std::optional<SchemaEntry>> find_schema(pg::Session& session, unsigned oid);

// A role that reads them, if there is one.
Result<std::string> reader_of_schema(pg::Session& session, const std::string& name);
Result<std::uint64_t> schema_bytes(pg::Session& session, unsigned oid);

// Drops the schema and all that lies in it, one thing after the other and never what lies elsewhere: where
// something hangs on it from outside nothing is dropped, and that is named. In a transaction of its own.
Done drop_schema(pg::Session& session, const SchemaEntry& schema);
// Ends the sessions of Slipway's own that still work in it: a builder that was given up.
Done end_builders(Clock& clock, pg::Session& session, unsigned oid);

}  // namespace slipway::swap
