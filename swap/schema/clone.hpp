// A schema as a copy of another one: its structure by pg_dump, its rows by INSERT … SELECT.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/pg/session.hpp"
#include "base/process.hpp"

namespace slipway::swap {

struct CloneOrder {
  std::string conninfo;  // of the database that holds both
  std::string from;      // schema
  std::string to;        // schema, which is not there yet
};

// In the session's transaction: everything but Slipway's manifest and the rows.
Done copy_structure(Processes& processes, pg::Session& session, const CloneOrder& order);
// Likewise. The rows of each table, as one moment has them, and how far the sequences are; rows by table.
Result<std::map<std::string, std::int64_t>> copy_rows(pg::Session& session, const CloneOrder& order);

}  // namespace slipway::swap
