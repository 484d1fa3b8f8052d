// The tables of one place as the catalog tells them, with what matters for moving their rows.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/engine.hpp"

namespace slipway::swap::carry {

// Up to so many rows are counted; beyond them a table is large.
inline constexpr long long small_rows_max = 20'000;

struct Column {
  std::string name;
  std::string type;
  bool portable = false;   // its binary form means the same in every database
  bool generated = false;  // computed, never written
  bool required = false;   // not null, and nothing fills it in
};

struct KeyColumn {
  std::string name;
  std::string equals;  // the operator of its index, qualified
};

struct Table {
  long long oid = 0;
  std::string label;  // what it is called in the two places alike
  std::string sql;    // "schema"."name"
  bool partitioned = false;
  std::vector<Column> columns;
  std::vector<KeyColumn> key;          // of the primary key; empty: it has none
  std::vector<std::string> relations;  // itself and all its partitions, quoted
  std::string obstacle;                // why its rows cannot be moved; empty: they can
  long long rows = 0;                  // exact up to small_rows_max + 1
  long long bytes = 0;

  bool small() const { return rows <= small_rows_max; }
  const Column* column(const std::string& name) const;
};

// Those that match one of the patterns, by label; counted where that is asked for.
Result<std::vector<Table>> tables_of(pg::Session& session, const Place& place,
                                     const std::vector<std::string>& patterns);
Done count(pg::Session& session, std::vector<Table>& tables);

}  // namespace slipway::swap::carry
