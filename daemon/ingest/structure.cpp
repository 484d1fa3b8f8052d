#include "daemon/ingest/structure.hpp"

#include "base/pg/identifier.hpp"
#include "daemon/ingest/structure_indexes.hpp"

namespace slipway::ingest {
namespace {

constexpr std::string_view dependent_objects = "2BP01";

// Columns by array_to_string with a byte that no name has in practice would be a trap: one row a column
// instead.
Result<std::vector<std::string>> columns_of(pg::Session& session, std::string_view source,
                                            const std::string& oid) {
  const pg::Rows rows = TRY(session.query(source, {oid}));
  std::vector<std::string> columns;
  for (int row = 0; row < rows.size(); ++row) columns.push_back(pg::quoted(rows.text(row, 0)));
  return columns;
}

constexpr std::string_view key_columns = R"(
SELECT a.attname FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k(number, place)
JOIN pg_attribute a ON a.attnum = k.number WHERE c.oid = $1::oid AND a.attrelid = c.conrelid ORDER BY k.place)";
constexpr std::string_view other_columns = R"(
SELECT a.attname FROM pg_constraint c, unnest(c.confkey) WITH ORDINALITY k(number, place)
JOIN pg_attribute a ON a.attnum = k.number WHERE c.oid = $1::oid AND a.attrelid = c.confrelid ORDER BY k.place)";
// A partition's own name for its part of a foreign key: made first, it becomes that part.
constexpr std::string_view named_parts_sql = R"(
WITH RECURSIVE parts(oid, depth) AS (
  SELECT $1::oid, 0 UNION ALL SELECT c.oid, p.depth + 1 FROM parts p JOIN pg_constraint c ON c.conparentid = p.oid)
SELECT quote_ident(n.nspname) || '.' || quote_ident(t.relname), quote_ident(c.conname), pg_get_constraintdef(c.oid)
FROM parts JOIN pg_constraint c USING (oid) JOIN pg_constraint whole ON whole.oid = $1::oid
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.conrelid <> whole.conrelid AND c.confrelid = whole.confrelid AND c.conname <> whole.conname
ORDER BY depth DESC, c.oid)";

constexpr std::string_view foreign_keys_sql = R"(
SELECT c.oid, c.conname, pg_get_constraintdef(c.oid), t.relname, n.nspname, o.relname, p.nspname,
       obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_class o ON o.oid = c.confrelid JOIN pg_namespace p ON p.oid = o.relnamespace
WHERE (c.conrelid = $1::oid OR c.confrelid = $1::oid) AND c.contype = 'f' AND c.conparentid = 0
ORDER BY n.nspname, t.relname, c.conname)";

Done record_foreign_keys(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts) {
  const pg::Rows rows = TRY(session.query(foreign_keys_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string name = pg::quoted(rows.text(row, 1));
    const std::string from = pg::quoted(rows.text(row, 4), rows.text(row, 3));
    // One that joins two loaded tables is met twice.
    const std::string drop = fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", from, name);
    bool known = false;
    for (const Part& part : parts) known = known || part.drop == drop;
    if (known) continue;
    Part part{from,
              drop,
              {fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", from, name, rows.text(row, 2))},
              {},
              false};
    const pg::Rows named = TRY(session.query(named_parts_sql, {rows.string(row, 0)}));
    for (int i = named.size() - 1; i >= 0; --i)
      part.restore.insert(part.restore.begin(),
                          fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", named.text(i, 0),
                                      named.text(i, 1), named.text(i, 2)));
    part.constraint = {rows.string(row, 1), rows.string(row, 3), 'f', rows.string(row, 2), {}, {}, {}};
    part.constraint.columns = TRY(columns_of(session, key_columns, rows.string(row, 0)));
    part.constraint.other_columns = TRY(columns_of(session, other_columns, rows.string(row, 0)));
    part.constraint.other_table = pg::quoted(rows.text(row, 6), rows.text(row, 5));
    if (!rows.is_null(row, 7))
      part.restore.push_back(comment_on(fmt::format("CONSTRAINT {} ON {}", name, from), rows.string(row, 7)));
    parts.push_back(std::move(part));
  }
  return {};
}

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
                           const std::vector<CatalogTable>& tables, Observer& observer) {
  pg::Session& session = connection.session();
  pg::Transaction transaction = TRY(connection.begin(request));
  Structure structure;
  for (const CatalogTable& table : tables) {
    std::vector<Part>& indexes = structure.indexes[table.name];
    const bool keep_indexes = table.partitioned && rejects_duplicates(request, table.name);
    if (keep_indexes)
      observer.line(
          fmt::format("the keys and indexes of table {} stay on during the load, which is slower: "
                      "it is partitioned, and duplicates are to become rejects",
                      table.name));
    for (const CatalogTable& member : TRY(members_of(session, table))) {
      TRY(record_foreign_keys(session, member, structure.foreign_keys));
      TRY(record_triggers(session, member, structure.triggers));
      if (keep_indexes) continue;
      TRY(record_indexes(session, member, indexes));
      TRY(replace_views(session, member, structure.views));
    }
  }
  TRY(drop(session, structure.foreign_keys, observer));
  TRY(drop(session, structure.triggers, observer));
  for (auto& [table, parts] : structure.indexes) TRY(drop(session, parts, observer));
  TRY(transaction.commit());
  return structure;
}

}  // namespace slipway::ingest
