#include "daemon/ingest/schema/structure.hpp"

#include "base/pg/identifier.hpp"
#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/schema/structure_foreign_keys.hpp"
#include "daemon/ingest/schema/structure_indexes.hpp"

namespace slipway::ingest {
namespace {

constexpr std::string_view dependent_objects = "2BP01";

constexpr std::string_view triggers_sql = R"(
SELECT tgname, pg_get_triggerdef(oid), tgenabled, obj_description(oid, 'pg_trigger')
FROM pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal AND tgparentid = 0 ORDER BY tgname)";

Done record_triggers(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts) {
  const pg::Rows rows = TRY(session.query(triggers_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string name = pg::quoted(rows.text(row, 0));
    Part part{table.name,
              fmt::format("DROP TRIGGER {} ON {}", name, table.quoted()),
              {rows.string(row, 1)},
              {},
              false};
    part.constraint.name = rows.string(row, 0);
    const char enabled = rows.text(row, 2)[0];
    const std::string_view state = enabled == 'D'   ? "DISABLE TRIGGER"
                                   : enabled == 'R' ? "ENABLE REPLICA TRIGGER"
                                   : enabled == 'A' ? "ENABLE ALWAYS TRIGGER"
                                                    : "";
    if (!state.empty())
      part.restore.push_back(fmt::format("ALTER TABLE {} {} {}", table.quoted(), state, name));
    if (!rows.is_null(row, 3))
      part.restore.push_back(
          comment_on(fmt::format("TRIGGER {} ON {}", name, table.quoted()), rows.string(row, 3)));
    parts.push_back(std::move(part));
  }
  return {};
}

// What something else needs (a view that groups by a primary key) stays, and is kept up row by row.
Done drop(pg::Session& session, std::vector<Part>& parts, Observer& observer) {
  std::vector<Part> dropped;
  for (Part& part : parts) {
    TRY(session.script("SAVEPOINT slipway_drop"));
    Result<pg::Rows> outcome = session.script(part.drop);
    if (!outcome && outcome.error().sqlstate() != dependent_objects) return std::move(outcome).error();
    if (outcome)
      dropped.push_back(std::move(part));
    else {
      const std::string why = server_words(session);
      TRY(session.script("ROLLBACK TO SAVEPOINT slipway_drop"));
      observer.line(fmt::format("{} of table {} stays on during the load, which is slower: {}",
                                part.constraint.name, part.table, why));
    }
    TRY(session.script("RELEASE SAVEPOINT slipway_drop"));
  }
  parts = std::move(dropped);
  return {};
}

bool rejects_duplicates(const Request& request, const std::string& name) {
  for (const config::Table& table : request.pipeline.tables)
    if (table.name == name) return table.duplicates == config::Duplicates::reject;
  return false;
}

// The table, and its partitions at every level. Of them no more than the names is known.
Result<std::vector<CatalogTable>> members_of(pg::Session& session, const CatalogTable& table) {
  if (!table.partitioned) return std::vector{table};
  const pg::Rows rows = TRY(session.query(
      "SELECT c.oid, n.nspname, c.relname FROM pg_partition_tree($1::oid::regclass) t JOIN pg_class c "
      "ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY t.level, c.oid",
      {table.oid}));
  std::vector<CatalogTable> members;
  for (int row = 0; row < rows.size(); ++row)
    members.push_back({rows.string(row, 0), rows.string(row, 1), rows.string(row, 2), false, {}});
  return members;
}

}  // namespace

Result<Structure> take_off(const Request& request, Connection& connection,
                           const std::vector<CatalogTable>& tables, const std::set<std::string>& keep_indexes,
                           Observer& observer) {
  pg::Session& session = connection.session();
  pg::Transaction transaction = TRY(connection.begin(request));
  Structure structure;
  for (const CatalogTable& table : tables) {
    std::vector<Part>& indexes = structure.indexes[table.name];
    const bool needs_indexes = table.partitioned && rejects_duplicates(request, table.name);
    if (needs_indexes)
      observer.line(
          fmt::format("the keys and indexes of table {} stay on during the load, which is slower: "
                      "it is partitioned, and duplicates are to become rejects",
                      table.name));
    for (const CatalogTable& member : TRY(members_of(session, table))) {
      TRY(record_foreign_keys(session, member, structure.foreign_keys, structure.validations));
      TRY(record_triggers(session, member, structure.triggers));
      if (needs_indexes || keep_indexes.count(table.name)) continue;
      TRY(record_indexes(session, member, indexes));
      TRY(replace_views(session, member, structure.views));
    }
  }
  TRY(drop(session, structure.foreign_keys, observer));
  TRY(drop(session, structure.triggers, observer));
  for (auto& [table, parts] : structure.indexes) TRY(drop(session, parts, observer));
  TRY(begin_ledger(request, session, structure));
  TRY(transaction.commit());
  return structure;
}

Done take_indexes_off(const Request& request, Connection& connection, const CatalogTable& table,
                      Structure& structure, Observer& observer) {
  pg::Transaction transaction = TRY(connection.begin(request));
  std::vector<Part>& indexes = structure.indexes[table.name];
  TRY(record_indexes(connection.session(), table, indexes));
  TRY(replace_views(connection.session(), table, structure.views));
  TRY(drop(connection.session(), indexes, observer));
  return transaction.commit();
}

}  // namespace slipway::ingest
