// Tables and columns as the catalog has them, with the encoder of each column's type.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "daemon/ingest/columns/encode.hpp"

namespace slipway::ingest {

struct CatalogColumn {
  std::string name;
  TypeInfo type;
  std::string input;  // the expression that reads the text $1 as the type
  std::string send;   // the function that gives the type's binary form
  bool not_null = false;
  bool generated = false;
  std::string default_expression;  // empty: none; of an identity column, its nextval
};

struct CatalogTable {
  std::string oid;
  std::string schema;
  std::string name;
  bool partitioned = false;
  std::vector<CatalogColumn> columns;

  const CatalogColumn* find(std::string_view column) const;
  std::string quoted() const;
  std::string column_names() const;  // with commas, for people
  std::string alone() const;  // the same without the tables that inherit from it; partitions are part of it
};

// Nothing where there is no such table.
Result<std::optional<CatalogTable>> find_table(pg::Session& session, const std::string& schema,
                                               const std::string& name);
Result<std::vector<std::string>> table_names(pg::Session& session, const std::string& schema);

}  // namespace slipway::ingest
