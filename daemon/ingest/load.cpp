// Loading a table: the fast way, the careful way where that fails, and the account of every row.
#include "daemon/ingest/load.hpp"

#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/duplicates.hpp"
#include "daemon/ingest/load_upstream.hpp"
#include "daemon/ingest/table_load.hpp"

namespace slipway::ingest {
namespace {

// Every row is either with the server or among the rejects; whatever else it would be is a fault of ours.
// What the table really holds is counted at the very end.
Done account(const TableLoad& load, const std::vector<FileCount>& files) {
  std::int64_t in_files = 0;
  for (const FileCount& file : files) in_files += file.rows;
  if (in_files == load.read && load.read == load.encoded + load.rejects.count()) return {};
  return fail("table {}: the counts do not agree: {} rows in the files, {} read, {} rejected, {} loaded",
              load.plan.table.name, in_files, load.read, load.rejects.count(), load.encoded)
      .next("nothing was promoted; please report this with the job's log");
}

Result<std::vector<FileCount>> load_somehow(TableLoad& load) {
  Result<std::vector<FileCount>> fast = load.plan.table.partitioned ? load_leaves(load) : load_fast(load);
  if (fast || fast.error().kind() != Kind::failed || !pg::blames_the_data(fast.error().sqlstate()))
    return fast;
  load.observer.line(
      fmt::format("table {}: PostgreSQL refused a row, so it is loaded again batch by batch: {}",
                  load.plan.table.name, fast.error().summary()));
  TRY(load.rejects.start_over());
  load.read = load.encoded = 0;
  return load_carefully(load);
}

}  // namespace

Result<bool> TableLoad::take(std::size_t file, const Row& row, Out& out) {
  ++read;
  if (TRY(encoder.encode(row, out))) {
    ++encoded;
    return true;
  }
  TRY(rejects.add({file, row.line, row.offset, row.raw}, encoder.refusal()));
  return false;
}

Done TableLoad::pause(std::int64_t bytes_read) {
  observer.progress({plan.table.name, encoded, rejects.count(), bytes_read, plan.bytes_total});
  TRY(connection.go_on());
  if (!rejects.over_already()) return {};
  TRY(rejects.finish());
  return rejects.judge(read);
}

std::string TableLoad::copy_command(const std::string& table, bool freeze) const {
  return fmt::format("COPY {} ({}) FROM STDIN {}", table, plan.copy_columns(), encoder.copy_options(freeze));
}

Result<LoadOutcome> load_table(const Request& request, const TablePlan& plan,
                               const std::vector<Part>& indexes, Observer& observer,
                               Cancellation& cancellation) {
  if (plan.upstream) return load_upstream(request, plan, observer, cancellation);
  const Millis start = real_clock().steady();
  const Shift shift;
  Connection connection = TRY(Connection::open(request, cancellation));
  Connection side = TRY(Connection::open(request, cancellation));
  TRY(side.become_owner(request));  // defaults and domains call functions that the schema files made
  ServerSide server(std::move(side));
  RowEncoder encoder = TRY(RowEncoder::make(plan, server));
  Rejects rejects(plan, request.reject_folder, request.pipeline.rejects);
  TableLoad load{request, plan, observer, connection, encoder, rejects, server};
  Result<std::vector<FileCount>> files = load_somehow(load);
  if (files && plan.config->duplicates == config::Duplicates::reject) {
    Done unique = reject_duplicates(load, indexes);
    if (!unique) files = std::move(unique).error();
  }
  TRY(rejects.finish());
  if (!files) return connection.explain(std::move(files).error());
  TRY(rejects.judge(load.read));
  TRY(account(load, *files));
  LoadOutcome outcome;
  outcome.report.read = load.read;
  outcome.report.loaded = load.encoded;
  outcome.report.rejected = rejects.count();
  outcome.report.reject_files = rejects.files();
  outcome.report.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
  outcome.report.times = shift.times();
  outcome.report.bytes = plan.bytes_total;
  outcome.files = std::move(*files);
  return outcome;
}

}  // namespace slipway::ingest
