#include "daemon/ingest/upstream/load.hpp"

#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

// A table without an order, whose connection is lost, begins anew so often.
constexpr int rounds_max = 5;

bool rejects_allowed(const config::Rejects& limits) {
  return limits.max > 0 || limits.max_percent > 0;
}

Error refused(const TablePlan& plan, const Error& error) {
  return fail("table {} refused a row of {}", plan.table.name, plan.upstream->shown)
      .because(error)
      .next(
          "mend the row in the upstream, leave it out with `where`, change what the schema files demand, or "
          "allow "
          "`rejects`");
}

// One transaction to the end, or to an error.
Result<UpstreamRows> load_once(UpstreamLoad& load) {
  Result<UpstreamRows> rows = load_upstream_fast(load);
  if (rows || load.loss != UpstreamReader::Loss::none || !pg::blames_the_data(rows.error().sqlstate()))
    return rows;
  if (!rejects_allowed(load.request.pipeline.rejects)) return refused(load.plan, rows.error());
  load.observer.line(
      fmt::format("table {}: PostgreSQL refused a row of {}, so it is loaded again batch by batch: {}",
                  load.plan.table.name, load.from().shown, rows.error().summary()));
  return load_upstream_carefully(load);
}

Result<LoadOutcome> finished(UpstreamLoad& load, UpstreamRows rows) {
  if (rows.wants_vacuum) TRY(load.into.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  load.observer.progress({load.plan.table.name, rows.loaded, rows.read - rows.loaded, rows.bytes, 0});
  LoadOutcome outcome;
  outcome.report.read = rows.read;
  outcome.report.loaded = rows.loaded;
  outcome.report.rejected = rows.read - rows.loaded;
  outcome.report.past_server = rows.past_server;
  outcome.report.reject_files = std::move(rows.reject_files);
  outcome.report.times = rows.times;
  outcome.report.bytes = rows.bytes;
  outcome.upstream_digest = rows.digest.text();
  outcome.sum = rows.sum;
  outcome.summed = rows.summed;
  return outcome;
}

Result<LoadOutcome> load_in_rounds(UpstreamLoad& load) {
  for (int round = 1;; ++round) {
    load.loss = UpstreamReader::Loss::none;
    Result<UpstreamRows> rows = load_once(load);
    if (rows) return finished(load, std::move(*rows));
    if (load.cancellation.requested()) return std::move(rows).error();
    if (load.loss == UpstreamReader::Loss::snapshot) {
      LoadOutcome outcome;
      outcome.lost = std::move(rows).error();
      return outcome;
    }
    if (load.loss != UpstreamReader::Loss::order || round == rounds_max) return std::move(rows).error();
    load.observer.line(fmt::format("table {} begins anew: {}", load.plan.table.name, rows.error().summary()));
  }
}

}  // namespace

std::string UpstreamLoad::copy_in(bool binary, bool freeze) const {
  return fmt::format("COPY {} ({}) FROM STDIN (FORMAT {}{})", plan.table.quoted(), plan.copy_columns(),
                     binary ? "binary" : "text", freeze ? ", FREEZE" : "");
}

Result<LoadOutcome> load_upstream(const Request& request, const TablePlan& plan, Observer& observer,
                                  Cancellation& cancellation) {
  const Millis start = real_clock().steady();
  if (plan.table.partitioned)
    observer.line(
        fmt::format("table {} is loaded through its parent, which is slower: its rows come from an upstream",
                    plan.table.name));
  Connection into = TRY(Connection::open(request, cancellation));
  UpstreamLoad load{request, plan, observer, cancellation, into};
  Result<LoadOutcome> outcome = load_in_rounds(load);
  if (!outcome) return into.explain(std::move(outcome).error());
  outcome->report.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
  return outcome;
}

}  // namespace slipway::ingest
