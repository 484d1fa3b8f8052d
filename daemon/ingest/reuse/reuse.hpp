// A build that begins with a copy of live reads only the files that have changed since live was built: the
// rows of all others are in the copy already.
#pragma once

#include <optional>
#include <vector>

#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

// Into the plans; of the other tables it is told why all of them is read. That live's rows are those that are
// known is proven here only for tables that stay as they are; of the others it is seen when they are loaded.
Done find_reusable(const Request& request, pg::Session& session, std::vector<TablePlan>& plans,
                   Observer& observer);

// Of all that decides which rows a file gives to the table.
std::string recipe_of(const TablePlan& plan);

inline constexpr std::string_view live_was_changed = "live's rows were changed since it was built";

// Whether all that was kept is as it was, and nothing is there but what this build wrote; of that, which rows
// there are, and their sum.
struct NewRows {
  bool beside_what_was_kept = true;
  std::vector<Segment> segments = {};  // the oldest first
  std::int64_t rows = 0;
  Sum sum = 0;
};
Result<NewRows> look_at_new_rows(pg::Session& session, const TablePlan& plan, const RowSum& row_sum);

}  // namespace slipway::ingest
