// What is known of the tables of a snapshot: which files they were read from, and which of their rows came of
// which file. It lies in the snapshot itself, for the build that begins with a copy of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "daemon/ingest/columns/row_sum.hpp"

namespace slipway::ingest {

inline constexpr std::string_view known_schema = "slipway_inputs";

// Rows that one transaction wrote: all of them, or those between two places of the table.
struct Segment {
  std::uint32_t xid = 0;
  std::int64_t rows = 0;
  std::string first = {}, last = {};  // tids; may be empty where it is all of them
  bool whole = false;                 // all of them
};

struct KnownFile {
  std::string path = {};
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::int64_t looked_ns = 0;  // when it was so
  std::string digest = {};
  std::int64_t loaded = 0;
  std::int64_t rejected = 0;
  Sum sum = 0;
  std::vector<Segment> segments = {};  // together so many rows as were loaded
};

struct KnownTable {
  std::string recipe;        // of all that decides which rows a file gives
  std::string storage;       // of the table: the same until it is written anew as a whole
  std::int64_t horizon = 0;  // every row was written under an xid before this one
  std::int64_t changed = 0;  // rows, since its statistics were taken
  std::vector<KnownFile> files;
};

using Known = std::map<std::string, KnownTable>;  // by table

// Empty where nothing was noted.
Result<Known> read_known(pg::Session& session);
// In the place of what was known before; in a transaction of the caller's.
Done write_known(pg::Session& session, const Known& known);

// How many rows of a table each transaction has written.
using RowsByXid = std::map<std::uint32_t, std::int64_t>;
Result<RowsByXid> rows_by_xid(pg::Session& session, const std::string& table);

// Transaction ids go round: what is less than half a circle behind is older.
inline bool is_older(std::uint32_t xid, std::uint32_t other) {
  return static_cast<std::int32_t>(xid - other) < 0;
}

}  // namespace slipway::ingest
