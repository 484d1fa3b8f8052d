// The tables of a build that no query fills: loaded the largest first, side by side, and held against what
// was loaded into them.
#pragma once

#include <stop_token>
#include <vector>

#include "daemon/ingest/load/load.hpp"
#include "daemon/ingest/sql/stage.hpp"
#include "daemon/ingest/upstream/upstream.hpp"

namespace slipway::ingest {

// The places of the plans, those with the most to read first, so that streams side by side end together.
std::vector<std::size_t> largest_first(const std::vector<TablePlan>& plans);

class TableLoads {
 public:
  TableLoads(const Request& request, Observer& observer, std::stop_source& stop, Cancellation& cancellation,
             std::vector<TablePlan>& plans)
      : request_(request), observer_(observer), stop_(stop), cancellation_(cancellation), plans_(plans) {}

  // And the sources that queries read.
  Done load(SqlStage& queries, Structure& structure);
  Done check(std::size_t which);
  // For a build that begins with a copy of this one.
  Done note_inputs(Connection& connection);
  // Once more, now that everything is in place.
  Done count(pg::Session& session) const;
  const std::vector<LoadOutcome>& outcomes() const { return outcomes_; }  // as the plans

 private:
  Done load_changed(Structure& structure);
  Done load_these(const std::vector<std::size_t>& tables, SqlStage& queries, std::size_t sources,
                  const Structure& structure);
  Result<std::vector<std::size_t>> begin_anew(int round, const SqlStage& queries);
  Done plan_anew(TablePlan& plan);

  const Request& request_;
  Observer& observer_;
  std::stop_source& stop_;
  Cancellation& cancellation_;
  std::vector<TablePlan>& plans_;
  std::vector<LoadOutcome> outcomes_;
};

}  // namespace slipway::ingest
