#include "daemon/ingest/load/load_changes.hpp"

#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/load/table_load.hpp"
#include "daemon/ingest/reuse/reuse.hpp"

namespace slipway::ingest {
namespace {

// The files that are read; `places` says which of the table's they are.
std::vector<Input> only_changed(const TablePlan& plan, std::vector<std::size_t>& places) {
  std::vector<Input> changed;
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    if (plan.reuse->kept[i]) continue;
    places.push_back(i);
    changed.push_back(plan.files[i].input);
  }
  return changed;
}

Result<std::int64_t> take_out(pg::Session& session, const TablePlan& plan, const std::string& which) {
  const pg::Rows gone = TRY(session.query(
      fmt::format("WITH gone AS (DELETE FROM {} WHERE {} RETURNING 1) SELECT count(*) FROM gone",
                  plan.table.alone(), which)));
  return gone.number(0, 0);
}

// The rows of all files that are gone. False where they are not those that are known.
Result<bool> take_out_all(pg::Session& session, const TablePlan& plan) {
  std::string anywhere;
  std::int64_t rows_anywhere = 0;
  for (const KnownFile& file : plan.reuse->gone)
    for (const Segment& segment : file.segments) {
      if (segment.first.empty()) {
        anywhere += (anywhere.empty() ? "" : ",") + std::to_string(segment.xid);
        rows_anywhere += segment.rows;
        continue;
      }
      const std::int64_t taken =
          TRY(take_out(session, plan,
                       fmt::format("ctid BETWEEN {}::tid AND {}::tid AND xmin = '{}'::xid",
                                   pg::literal(segment.first), pg::literal(segment.last), segment.xid)));
      if (taken != segment.rows) return false;
    }
  if (anywhere.empty()) return true;
  return TRY(take_out(session, plan, fmt::format("xmin = ANY ('{{{}}}'::xid[])", anywhere))) == rows_anywhere;
}

LoadOutcome reads_all(std::string why) {
  LoadOutcome outcome;
  outcome.read_all = std::move(why);
  return outcome;
}

// True unless live was changed.
Result<bool> only_take_out(const Request& request, const TablePlan& plan, Cancellation& cancellation) {
  Connection connection = TRY(Connection::open(request, cancellation));
  pg::Transaction transaction = TRY(connection.begin(request));
  if (!TRY(take_out_all(connection.session(), plan))) return false;
  TRY(transaction.commit());
  TRY(connection.session().script("VACUUM (FREEZE) " + plan.table.quoted()));
  return true;
}

// What was kept, and what was loaded now, in the order of the plan's files.
LoadOutcome together(const TablePlan& plan, LoadOutcome loaded, const std::vector<std::size_t>& places) {
  LoadOutcome outcome = std::move(loaded);
  std::vector<FileCount> files(plan.files.size());
  std::vector<FileAccount> accounts(plan.files.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    files[places[i]] = outcome.files[i];
    accounts[places[i]] = outcome.report.files[i];
  }
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const auto& kept = plan.reuse->kept[i];
    if (!kept) continue;
    files[i] = {kept->loaded, kept->digest};
    accounts[i] = {plan.files[i].input.shown, kept->loaded, kept->loaded, 0, kept->sum, true};
    outcome.report.read += kept->loaded;
    outcome.report.loaded += kept->loaded;
    outcome.report.reused += kept->loaded;
    outcome.sum += kept->sum;
  }
  outcome.files = std::move(files);
  outcome.report.files = std::move(accounts);
  return outcome;
}

}  // namespace

bool is_key_violation(const Error& error) {
  return error.sqlstate() == pg::unique_violation || error.sqlstate() == pg::exclusion_violation;
}

Result<LoadOutcome> load_changes(const Request& request, const TablePlan& plan, Observer& observer,
                                 Cancellation& cancellation) {
  std::vector<std::size_t> places;
  std::vector<Input> inputs = only_changed(plan, places);
  if (inputs.empty()) {
    if (!plan.reuse->gone.empty() && !TRY(only_take_out(request, plan, cancellation)))
      return reads_all(std::string(live_was_changed));
    return together(plan, {}, places);
  }
  const TablePlan changed = TRY(plan_table(plan.table, *plan.config, std::move(inputs), observer));
  bool as_known = true;
  Result<LoadOutcome> loaded = load_by(request, changed, observer, cancellation, [&](TableLoad& load) {
    load.keys_are_on = true;
    return load_beside_rows(load, [&](pg::Session& session) -> Done {
      as_known = TRY(take_out_all(session, plan));
      return as_known ? Done() : fail(live_was_changed);
    });
  });
  if (!as_known) return reads_all(std::string(live_was_changed));
  if (!loaded && is_key_violation(loaded.error()))
    return reads_all("a row of a changed file has the key of one that was kept: " + loaded.error().summary());
  if (!loaded) return loaded;
  return together(plan, std::move(*loaded), places);
}

Done check_changes(Connection& connection, const TablePlan& plan, LoadOutcome& outcome) {
  TRY(connection.go_on());
  TRY(connection.session().script("SET jit = off"));
  Result<NewRows> found = look_at_new_rows(connection.session(), plan, row_sum_of(plan));
  if (!found) return connection.explain(std::move(found).error());
  if (!found->beside_what_was_kept) {
    outcome = reads_all(std::string(live_was_changed));
    return {};
  }
  outcome.written = std::move(found->segments);
  NewRows expected;
  for (const FileAccount& file : outcome.report.files)
    if (!file.kept) expected.rows += file.loaded, expected.sum += file.checksum;
  if (found->rows == expected.rows && (!outcome.summed || found->sum == expected.sum)) return {};
  return fail("table {}: {} rows with the checksum {:016x} were loaded, and it holds {} with {:016x}",
              plan.table.name, expected.rows, expected.sum, found->rows, found->sum)
      .next("something changed rows while the table was built; look for triggers and rules in the schema");
}

}  // namespace slipway::ingest
