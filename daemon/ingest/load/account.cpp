#include "daemon/ingest/load/account.hpp"

namespace slipway::ingest {

RowSum row_sum_of(const TablePlan& plan) {
  return RowSum(plan.filled(), plan.binary);
}

bool complete(const std::vector<LedgerPart>& parts) {
  return !parts.empty() && parts.back().last;
}

Done check_contents(Connection& connection, const TablePlan& plan, const LoadOutcome& outcome) {
  const RowSum row_sum = row_sum_of(plan);
  TRY(connection.go_on());
  TRY(connection.session().script("SET jit = off"));
  Result<pg::Rows> rows = connection.session().query(row_sum.query(plan.table.alone()));
  if (!rows) return connection.explain(std::move(rows).error());
  const std::int64_t loaded = outcome.report.loaded;
  const std::int64_t held = rows->number(0, 0);
  const Sum sum = TRY(RowSum::parse(rows->string(0, 1)));
  if (held != loaded)
    return fail("table {}: {} rows were loaded, and it holds {}", plan.table.name, loaded, held)
        .next(
            "something changed the table while it was built; look for triggers and rules in the schema "
            "files");
  if (outcome.summed && sum != outcome.sum)
    return fail(
               "table {}: it holds {} rows, as many as were loaded, but their values are others: the "
               "checksum of what "
               "was read is {:016x}, that of the table is {:016x}",
               plan.table.name, held, outcome.sum, sum)
        .next(
            "something changed rows while the table was built; look for triggers and rules in the schema "
            "files");
  return {};
}

}  // namespace slipway::ingest
