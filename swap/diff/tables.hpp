// Reads what a diff compares of one snapshot's tables: their columns and keys, how many rows, digests of
// rows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/diff/key_diff.hpp"

namespace slipway::swap {

struct KeyColumn {
  std::string name;  // quoted
  std::string type;
  bool operator==(const KeyColumn&) const = default;
};

struct ComparedTable {
  std::string from;                  // for FROM
  std::vector<std::string> columns;  // quoted, by name
  std::vector<KeyColumn> key;        // of the primary key; empty: there is none
};

// By name, relative to the snapshot; partitioned tables as one, foreign ones not at all. Sets the session's
// search_path to the snapshot's schema, and how values are written.
Result<std::map<std::string, ComparedTable>> read_tables(pg::Session& session, const std::string& schema);
Result<std::int64_t> count_rows(pg::Session& session, const ComparedTable& table);

enum class End { first, last };

struct Range {
  End end = End::first;
  std::vector<std::string> until;  // the key that it ends with; empty: the first or last `most` keys
  std::int64_t most = 0;
};

struct Digested {
  Digests rows;
  std::vector<std::string> last_key;  // that was reached
};

// Digests of these columns, in the order of the key from that end on.
Result<Digested> digest_rows(pg::Session& session, const ComparedTable& table,
                             const std::vector<std::string>& columns, const Range& range);

}  // namespace slipway::swap
