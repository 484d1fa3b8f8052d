// Compares the rows of two snapshots, table by table: how many, and a bounded sample of the keys that differ.
#pragma once

#include <vector>

#include "swap/diff/tables.hpp"

namespace slipway::swap {

struct DiffSide {
  pg::Session& session;
  std::string schema;  // as in Place
};

// By table, those that either side has.
Result<std::vector<TableDiff>> compare_tables(const DiffSide& live, const DiffSide& candidate);

}  // namespace slipway::swap
