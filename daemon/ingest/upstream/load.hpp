// Loads one table from an upstream server: its COPY TO STDOUT goes straight into ours. Where a row is
// refused, again with care, down to that row.
#pragma once

#include "daemon/ingest/columns/row_digest.hpp"
#include "daemon/ingest/load/load.hpp"
#include "daemon/ingest/upstream/reader.hpp"

namespace slipway::ingest {

// Where the upstream's snapshot was lost there is no error, but outcome.lost: all tables of that source begin
// anew under another one.
Result<LoadOutcome> load_upstream(const Request& request, const TablePlan& plan, Observer& observer,
                                  Cancellation& cancellation);

// What the fast and the careful way have in common.
struct UpstreamLoad {
  const Request& request;
  const TablePlan& plan;
  Observer& observer;
  Cancellation& cancellation;
  Connection& into;
  UpstreamReader::Loss loss = UpstreamReader::Loss::none;  // the worst of the readers'

  const UpstreamTable& from() const { return *plan.upstream; }
  void note(UpstreamReader::Loss one) { loss = std::max(loss, one); }
  std::string copy_in(bool binary, bool freeze) const;
};

// What one attempt has come to.
struct UpstreamRows {
  std::int64_t read = 0;
  std::int64_t loaded = 0;
  std::int64_t bytes = 0;
  RowDigest digest;
  Sum sum = 0;                   // of what was sent
  bool summed = true;            // false: it went as text
  std::int64_t past_server = 0;  // as TableReport has it
  bool wants_vacuum = false;     // no FREEZE was possible for its rows, or not for all that FREEZE does
  LoadTimes times;
  std::vector<std::string> reject_files;
};

// One transaction: TRUNCATE, then COPY with FREEZE. A row that is refused ends it.
Result<UpstreamRows> load_upstream_fast(UpstreamLoad& load);
// By text and in batches under savepoints: a row that is refused goes to the rejects.
Result<UpstreamRows> load_upstream_carefully(UpstreamLoad& load);

}  // namespace slipway::ingest
