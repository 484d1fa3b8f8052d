// A build that begins with a copy of live reads only the files that have changed since live was built: the
// rows of all others are in the copy already.
#pragma once

#include <optional>
#include <vector>

#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

// Into the plans, for the tables of which it is certain; of the others it is told why all of them is read.
Done find_reusable(const Request& request, pg::Session& session, std::vector<TablePlan>& plans,
                   Observer& observer);

// Of all that decides which rows a file gives to the table.
std::string recipe_of(const TablePlan& plan);

// An error unless what is kept of the copy is as it was; of the rest, which rows there are, and their sum.
struct NewRows {
  std::vector<Segment> segments;
  std::int64_t rows = 0;
  Sum sum = 0;
};
Result<NewRows> look_at_new_rows(pg::Session& session, const TablePlan& plan, const RowSum& row_sum);

}  // namespace slipway::ingest
