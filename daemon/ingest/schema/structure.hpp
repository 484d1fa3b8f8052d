// Keys, indexes, foreign keys and triggers of the tables that are loaded: recorded from the catalog and
// dropped before, restored after under their own names, so that the catalog says the same as it did.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/schema/catalog.hpp"
#include "daemon/ingest/schema/structure_views.hpp"

namespace slipway::ingest {

struct Constraint {
  std::string name;
  std::string table;  // its own name, unquoted
  char type = 'p';    // p, u, x, f as in pg_constraint
  std::string definition;
  std::vector<std::string> columns;  // quoted; empty for exclusion constraints
  std::string other_table;           // of a foreign key: quoted, with its schema
  std::vector<std::string> other_columns;
};

// What can be restored: statements in order, and what to say if the first of them fails.
struct Part {
  std::string table;  // unquoted
  std::string drop;
  std::vector<std::string> restore;
  Constraint constraint;  // of keys; of a unique index its columns
  bool unique = false;
  std::string entry = {};  // in the ledger
};

struct Structure {
  std::map<std::string, std::vector<Part>> indexes;  // by table: constraints first, then plain indexes
  std::vector<View> views;
  std::vector<Part> foreign_keys;
  std::vector<Part> validations;  // of those, once they are on
  std::vector<Part> triggers;
};

// All in transactions of their own.
// A table that keeps most of its rows keeps its keys and indexes.
Result<Structure> take_off(const Request& request, Connection& connection,
                           const std::vector<CatalogTable>& tables, const std::set<std::string>& keep_indexes,
                           Observer& observer);
// Of a table that was among those, after all.
Done take_indexes_off(const Request& request, Connection& connection, const CatalogTable& table,
                      Structure& structure, Observer& observer);
Done put_indexes_on(const Request& request, Connection& connection, const std::vector<Part>& indexes);
// One of the validations.
Done validate(const Request& request, Connection& connection, const Part& validation);
// Views, foreign keys and triggers, once all indexes are on.
Done put_the_rest_on(const Request& request, Connection& connection, const Structure& structure);

}  // namespace slipway::ingest
