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

// Rows that one transaction wrote, and that lie between two places of the table.
struct Segment {
  std::uint32_t xid = 0;
  std::int64_t rows = 0;
  std::string first = {}, last = {};  // tids
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
  std::vector<KnownFile> files;
};

using Known = std::map<std::string, KnownTable>;  // by table

// Empty where nothing was noted.
Result<Known> read_known(pg::Session& session);
// In the place of what was known before; in a transaction of the caller's.
Done write_known(pg::Session& session, const Known& known);

// The rows of a table by the transaction that wrote them: the oldest first.
Result<std::vector<Segment>> segments_of(pg::Session& session, const std::string& table);

}  // namespace slipway::ingest
