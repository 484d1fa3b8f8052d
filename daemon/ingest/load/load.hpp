// Loads one table: fast at first, and where the server still refuses a row, again with care, down to that
// row.
#pragma once

#include "daemon/ingest/columns/row_sum.hpp"
#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/load/pump.hpp"
#include "daemon/ingest/plan.hpp"
#include "daemon/ingest/schema/structure.hpp"

namespace slipway::ingest {

struct LoadOutcome {
  TableReport report;
  std::vector<FileCount> files;         // as plan.files
  Sum sum = 0;                          // of the rows that were loaded
  std::vector<Segment> written;         // rows of this build, where it is known which transactions wrote them
  std::optional<std::string> read_all;  // nothing is loaded: why what was to be kept cannot be
  bool summed = true;                   // false: they went as text, and only their number is known
  std::string upstream_digest;          // of the rows of an upstream, in whatever order they came
  std::optional<Error> lost;  // nothing was loaded: the upstream's snapshot is gone, and this is how
};

// Whether these parts are all of their table.
bool complete(const std::vector<LedgerPart>& parts);

// What is summed up of the plan's rows.
RowSum row_sum_of(const TablePlan& plan);

// The indexes are those that were taken off the table: they say what a duplicate is.
Result<LoadOutcome> load_table(const Request& request, const TablePlan& plan,
                               const std::vector<Part>& indexes, Observer& observer,
                               Cancellation& cancellation);

}  // namespace slipway::ingest
