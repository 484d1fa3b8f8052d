#include "daemon/ingest/load/duplicates.hpp"

#include <unordered_map>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

struct Duplicate {
  std::string row;  // its ctid
  std::string key;
  std::string reason;
};

std::string row_array(const std::vector<Duplicate>& duplicates) {
  std::string out = "{";
  for (const Duplicate& one : duplicates) out += (out.size() > 1 ? ",\"" : "\"") + one.row + "\"";
  return out + "}";
}

// What an earlier key has already taken out no longer counts.
Done find_duplicates(TableLoad& load, const Constraint& key, std::vector<Duplicate>& found) {
  const std::string columns = joined(key.columns, ", ");
  const std::string sql = fmt::format(
      "SELECT at::text, key FROM (SELECT ctid AS at, ROW({})::text AS key, row_number() OVER (PARTITION BY "
      "{} "
      "ORDER BY ctid) AS nth FROM {} WHERE {} IS NOT NULL AND ctid <> ALL ($1::tid[])) ranked WHERE nth > 1",
      columns, columns, load.plan.table.alone(), joined(key.columns, " IS NOT NULL AND "));
  const pg::Rows rows = TRY(load.session().query(sql, {row_array(found)}));
  for (int row = 0; row < rows.size(); ++row)
    found.push_back({rows.string(row, 0), rows.string(row, 1),
                     fmt::format("a row before it has the same key of {} ({})", key.name, columns)});
  return {};
}

using Places = std::unordered_map<std::int64_t, const Duplicate*>;

// The how-manieth row of the table each of them is.
Result<Places> places_of(TableLoad& load, const std::vector<Duplicate>& duplicates) {
  std::unordered_map<std::string, const Duplicate*> by_row;
  for (const Duplicate& one : duplicates) by_row[one.row] = &one;
  const pg::Rows rows =
      TRY(load.session().query(fmt::format("SELECT at::text, place FROM (SELECT ctid AS at, row_number() "
                                           "OVER (ORDER BY ctid) AS place FROM {}) "
                                           "numbered WHERE at = ANY ($1::tid[])",
                                           load.plan.table.alone()),
                               {row_array(duplicates)}));
  Places places;
  for (int row = 0; row < rows.size(); ++row) places[rows.number(row, 1)] = by_row.at(rows.string(row, 0));
  return places;
}

// Reads the files once more, counting the rows that are in the table.
Done write_rejects(TableLoad& load, const Places& places) {
  const RejectedRows before = load.rejects.rows();
  const std::int64_t in_table = load.encoded;
  std::int64_t place = 0;
  TRY(read_rows(load.plan, [&](std::size_t file, const Row& row, std::int64_t) -> Done {
    if (before.contains({file, row.offset})) return {};
    ++place;
    if (place % 10'000 == 0) TRY(load.connection.go_on());
    const auto found = places.find(place);
    if (found == places.end()) return {};
    --load.encoded;
    --load.accounts[file].loaded;
    ++load.accounts[file].rejected;
    return load.rejects.add({file, row.line, row.offset, row.raw},
                            {"", found->second->key, found->second->reason});
  }));
  if (place == in_table) return {};
  return fail("table {}: {} rows are in the table, and the files have {}", load.plan.table.name, in_table,
              place)
      .next("a source changed while it was being read; run the ingest again when it is complete");
}

}  // namespace

Done reject_duplicates(TableLoad& load, const std::vector<Part>& indexes,
                       const std::vector<FileCount>& files) {
  std::vector<Duplicate> duplicates;
  pg::Transaction transaction = TRY(load.connection.begin(load.request));
  for (const Part& part : indexes)
    if (part.unique && !part.constraint.columns.empty())
      TRY(find_duplicates(load, part.constraint, duplicates));
  if (duplicates.empty()) {
    TRY(load.record_all(files));
    return transaction.commit();
  }
  TRY(write_rejects(load, TRY(places_of(load, duplicates))));
  // What is taken out is summed up by the server, as it holds it.
  const pg::Rows deleted = TRY(load.session().query(
      fmt::format("WITH gone AS (DELETE FROM {} WHERE ctid = ANY ($1::tid[]) RETURNING {} AS hash) "
                  "SELECT count(*), {} FROM gone",
                  load.plan.table.alone(), load.row_sum.expression(), RowSum::total("hash")),
      {row_array(duplicates)}));
  if (deleted.number(0, 0) != std::ssize(duplicates))
    return fail("table {}: {} duplicates were found, and {} taken out", load.plan.table.name,
                duplicates.size(), deleted.number(0, 0));
  load.sum -= TRY(RowSum::parse(deleted.string(0, 1)));
  TRY(load.record_all(files));
  TRY(transaction.commit());
  TRY(load.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  return {};
}

}  // namespace slipway::ingest
