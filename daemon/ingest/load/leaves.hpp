// The leaves of a partitioned table, and how to tell which of them a row belongs to: on the server's own
// terms, by the constraint that it gives to each partition. A leaf checks that constraint again with every
// row, so a wrong guess is an error and never a row in the wrong place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

struct Leaf {
  std::string table;       // quoted, with its schema
  std::string constraint;  // over the table's columns, an SQL expression
  bool otherwise = false;  // the default partition
  // The range of a one-column RANGE partition: its ends as COPY BINARY has them, in hex; none: open.
  std::optional<std::string> from;
  std::optional<std::string> to;
};

struct Leaves {
  std::vector<Leaf> leaves;
  std::vector<std::size_t> keys;        // planned columns that decide; empty: it cannot be told
  std::vector<std::string> collations;  // of keys, quoted; empty: none
  bool ranges = false;                  // from and to tell it all
  std::string why_not;                  // where it cannot be told
};

// Asks the catalog only; no table may be locked by another transaction of ours.
Result<Leaves> find_leaves(pg::Session& session, const TablePlan& plan);

}  // namespace slipway::ingest
