// How one table is filled: which column takes what, from which field of which file. Made, and checked against
// the catalog and the files' headers, before the first row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/build.hpp"
#include "daemon/ingest/catalog.hpp"
#include "daemon/ingest/inputs.hpp"
#include "daemon/ingest/json_shape.hpp"
#include "daemon/ingest/ledger_part.hpp"

namespace slipway::ingest {

struct PlannedColumn {
  std::size_t column = 0;  // of the table
  std::string path;        // a CSV header, a key, or a JSON pointer
  std::optional<std::string> constant;
  std::optional<std::string> fallback;
  std::vector<std::string> null_if;
  bool trim = false;
  Position at;

  bool plain() const { return !constant && !fallback && null_if.empty() && !trim; }
};

struct PlannedFile {
  Input input;
  std::vector<int> fields;          // by planned column: where in a row it stands; -1: nowhere
  std::size_t expected_fields = 0;  // in a row of fields; 0 for JSON
  std::string raw_header;           // of rows of fields, with its line end
};

class Upstream;

// A table of an upstream server, and what is read of it.
struct UpstreamTable {
  Upstream* server = nullptr;
  std::string shown;                 // as the pipeline's `from` has it
  std::string moment;                // of its snapshot
  std::string select;                // the query that gives its rows, in the order of `columns`
  std::vector<std::string> columns;  // as both tables have them
};

struct TablePlan {
  const config::Table* config = nullptr;
  CatalogTable table;
  bool binary = true;  // every column's type has an encoder
  std::vector<PlannedColumn> columns;
  std::vector<PlannedFile> files;
  std::optional<UpstreamTable> upstream;  // instead of columns and files
  std::vector<LedgerPart> before;         // parts that are complete already, of files
  JsonShape shape;
  std::int64_t bytes_total = 0;  // of the files as they lie on disk

  const CatalogColumn& column_of(const PlannedColumn& planned) const { return table.columns[planned.column]; }
  std::string copy_columns() const;  // quoted, with commas
};

Result<TablePlan> plan_table(CatalogTable table, const config::Table& config, std::vector<Input> inputs,
                             Observer& observer);

}  // namespace slipway::ingest
