// Puts back what structure.cpp took off, and says which values stand in the way where that fails.
#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/schema/structure.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr int samples_max = 5;
constexpr std::string_view foreign_key_violation = "23503";

std::vector<std::string> with_prefix(std::string_view prefix, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) out.push_back(std::string(prefix) + name);
  return out;
}

// Rows as "(a, b)"; asked in a transaction of its own, as the one that failed is over.
Result<std::string> samples(Connection& connection, const std::string& sql) {
  const pg::Rows rows = TRY(connection.session().query(sql));
  std::string out;
  for (int row = 0; row < rows.size(); ++row) {
    std::string one;
    for (int column = 0; column < rows.columns(); ++column)
      one += (one.empty() ? "" : ", ") + shown(rows.text(row, column));
    out += (out.empty() ? "(" : ", (") + one + ")";
  }
  return rows.size() == samples_max ? out + ", …" : out;
}

std::string duplicates_sql(const Request& request, const Constraint& key) {
  const std::string columns = joined(key.columns, ", ");
  const std::string given = joined(key.columns, " IS NOT NULL AND ") + " IS NOT NULL";
  return fmt::format("SELECT {} FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1 ORDER BY {} LIMIT {}",
                     columns, pg::quoted(request.schema, key.table), given, columns, columns, samples_max);
}

std::string orphans_sql(const std::string& table, const Constraint& key) {
  std::string match;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    match += fmt::format("{}o.{} = c.{}", i == 0 ? "" : " AND ", key.other_columns[i], key.columns[i]);
  const std::vector<std::string> mine = with_prefix("c.", key.columns);
  return fmt::format(
      "SELECT DISTINCT {} FROM {} c WHERE {} IS NOT NULL AND NOT EXISTS (SELECT FROM {} o WHERE {}) LIMIT {}",
      joined(mine, ", "), table, joined(mine, " IS NOT NULL AND "), key.other_table, match, samples_max);
}

Error duplicate_keys(const Request& request, Connection& connection, const Part& part, Error cause) {
  const Constraint& key = part.constraint;
  const Result<std::string> found = samples(connection, duplicates_sql(request, key));
  if (!found) return cause;
  return error(Kind::refused, "table {}: {} ({}) is not unique: more than one row has {}", key.table,
               key.name, joined(key.columns, ", "), *found)
      .sqlstate(cause.sqlstate())
      .next(
          "take the duplicates out of the source; where it is files, `duplicates: reject` keeps the first of "
          "each, where it is a database, leave the others out with `where`");
}

Error missing_keys(Connection& connection, const Part& part, Error cause) {
  const Constraint& key = part.constraint;
  const Result<std::string> found = samples(connection, orphans_sql(part.table, key));
  if (!found || found->empty()) return Error(Kind::refused, cause.what()).sqlstate(cause.sqlstate());
  return error(Kind::refused, "table {}: foreign key {} ({}): {} has no row for {}", key.table, key.name,
               joined(key.columns, ", "), key.other_table, *found)
      .sqlstate(cause.sqlstate())
      .next("load the rows that are missing, or take out the rows that name them");
}

Error explained(const Request& request, Connection& connection, const Part& part, Error cause) {
  Error outcome = connection.explain(std::move(cause));
  if (outcome.kind() == Kind::cancelled) return outcome;
  if (outcome.sqlstate() == pg::unique_violation && part.unique && !part.constraint.columns.empty())
    return duplicate_keys(request, connection, part, std::move(outcome));
  if (outcome.sqlstate() == foreign_key_violation && part.constraint.type == 'f')
    return missing_keys(connection, part, std::move(outcome));
  if (pg::blames_the_data(outcome.sqlstate()))
    return error(Kind::refused, "table {}: {} does not hold: {}", part.table, part.constraint.name,
                 outcome.what())
        .sqlstate(outcome.sqlstate());
  return outcome;
}

Done put_on(const Request& request, Connection& connection, const Part& part) {
  Error failure(Kind::failed, "");
  {
    pg::Transaction transaction = TRY(connection.begin(request));
    Result<pg::Rows> outcome = connection.session().script("SELECT 1");
    for (const std::string& statement : part.restore)
      if (outcome) outcome = connection.session().script(statement);
    if (outcome) TRY(note_restored(request, connection.session(), part.entry));
    if (outcome) return transaction.commit();
    failure = std::move(outcome).error();
  }
  return explained(request, connection, part, std::move(failure));
}

Done put_views_on(const Request& request, Connection& connection, const std::vector<View>& views) {
  pg::Transaction transaction = TRY(connection.begin(request));
  for (const View& view : views) {
    TRY(connection.session().script(view.restore));
    TRY(note_restored(request, connection.session(), view.entry));
  }
  return transaction.commit();
}

}  // namespace

Done put_indexes_on(const Request& request, Connection& connection, const std::vector<Part>& indexes) {
  for (const Part& part : indexes) TRY(put_on(request, connection, part));
  return {};
}

Done validate(const Request& request, Connection& connection, const Part& validation) {
  return put_on(request, connection, validation);
}

Done put_the_rest_on(const Request& request, Connection& connection, const Structure& structure) {
  TRY(put_views_on(request, connection, structure.views));
  for (const Part& part : structure.foreign_keys) TRY(put_on(request, connection, part));
  for (const Part& part : structure.triggers) TRY(put_on(request, connection, part));
  return {};
}

}  // namespace slipway::ingest
