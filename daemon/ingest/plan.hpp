// How one table is filled: which column takes what, from which field of which file. Made, and checked against
// the catalog and the files' headers, before the first row.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/build.hpp"
#include "daemon/ingest/format/json_shape.hpp"
#include "daemon/ingest/load/ledger_part.hpp"
#include "daemon/ingest/reuse/known.hpp"
#include "daemon/ingest/schema/catalog.hpp"
#include "daemon/ingest/source/inputs.hpp"

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

// How much a source holds, as far as it can be told without reading it.
struct Extent {
  std::int64_t rows = 0;
  bool exact = false;  // it was read to its end
  std::int64_t bytes = 0;
};

class Upstream;

// A table of an upstream server, and what is read of it.
struct UpstreamTable {
  Upstream* server = nullptr;
  std::string shown;   // as the pipeline's `from` has it
  std::string moment;  // of its snapshot
  std::string list;    // the expressions that give `columns`
  std::string from;    // FROM … WHERE …, the conditions in parentheses
  std::optional<std::int64_t> limit;
  std::vector<std::string> columns;  // of ours
  std::vector<std::string> parts;    // conditions, each for one part of it; none: it is read as a whole
  bool ordered = false;              // rows of a part come in the same order each time
  std::size_t readers = 1;           // sessions that read parts side by side
  Extent extent;                     // by its planner's estimate

  std::string select() const {
    return "SELECT " + list + from + (limit ? fmt::format(" LIMIT {}", *limit) : "");
  }
  std::size_t part_count() const { return parts.empty() ? 1 : parts.size(); }
  std::string select(std::size_t part) const {
    return parts.empty() ? select() : "SELECT " + list + from + " AND " + parts[part];
  }
  std::string count() const { return "SELECT count(*)" + from; }
  void only_first(std::int64_t rows) {
    parts.clear();
    ordered = false;
    limit = limit ? std::min(*limit, rows) : rows;
  }
  bool same_as(const UpstreamTable& other) const { return list == other.list && columns == other.columns; }
};

// What needs not be read again, where the build begins with a copy of live.
struct Reuse {
  std::vector<std::optional<KnownFile>> kept;  // as the plan's files; nothing: it is read
  std::vector<KnownFile> gone;                 // their rows are taken out
  std::uint32_t began = 0;                     // what the build writes has no older xid
  std::int64_t changed = 0;                    // rows, since the copy's statistics were taken

  bool complete() const {
    return gone.empty() &&
           std::all_of(kept.begin(), kept.end(), [](const auto& one) { return one.has_value(); });
  }
};

struct TablePlan {
  const config::Table* config = nullptr;
  CatalogTable table;
  bool binary = true;  // every column's type has an encoder
  std::vector<PlannedColumn> columns;
  std::vector<PlannedFile> files;
  std::optional<UpstreamTable> upstream;  // instead of columns and files
  std::vector<LedgerPart> before;         // parts that are complete already, of files
  std::optional<Reuse> reuse;
  JsonShape shape;
  std::int64_t bytes_total = 0;  // of the files as they lie on disk
  std::optional<Extent> whole;   // of a trial: what the files hold of which it has the first rows

  Extent extent() const {
    if (upstream) return upstream->extent;
    return whole ? *whole : Extent{0, false, bytes_total};
  }
  const CatalogColumn& column_of(const PlannedColumn& planned) const { return table.columns[planned.column]; }
  std::vector<const CatalogColumn*> filled() const;  // in the order of a row of COPY
  std::string copy_columns() const;                  // the same, quoted, with commas
};

Result<TablePlan> plan_table(CatalogTable table, const config::Table& config, std::vector<Input> inputs,
                             Observer& observer);

}  // namespace slipway::ingest
