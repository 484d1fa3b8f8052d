#include "daemon/ingest/structure.hpp"

#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

constexpr std::string_view dependent_objects = "2BP01";

std::string comment_on(std::string_view what, const std::string& comment) {
  return fmt::format("COMMENT ON {} IS {}", what, pg::literal(comment));
}

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
constexpr std::string_view index_columns = R"(
SELECT a.attname FROM pg_index i, generate_series(0, i.indnkeyatts - 1) place
JOIN pg_attribute a ON true WHERE i.indexrelid = $1::oid AND a.attrelid = i.indrelid AND a.attnum = i.indkey[place]
ORDER BY place)";

// What hangs on an index and is lost with it.
constexpr std::string_view index_settings = R"(
SELECT i.indisclustered, i.indisreplident, array_to_string(x.reloptions, ', '),
       obj_description(i.indexrelid, 'pg_class')
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indexrelid = $1::oid)";
constexpr std::string_view index_statistics = R"(
SELECT attnum, attstattarget FROM pg_attribute WHERE attrelid = $1::oid AND attstattarget >= 0 ORDER BY 1)";

Done add_index_settings(pg::Session& session, const CatalogTable& table, const std::string& index_oid,
                        const std::string& index_name, bool of_constraint,
                        std::vector<std::string>& restore) {
  const std::string index = pg::quoted(table.schema, index_name);
  const pg::Rows settings = TRY(session.query(index_settings, {index_oid}));
  if (of_constraint && !settings.text(0, 2).empty())
    restore.push_back(fmt::format("ALTER INDEX {} SET ({})", index, settings.text(0, 2)));
  if (settings.truth(0, 0))
    restore.push_back(fmt::format("ALTER TABLE {} CLUSTER ON {}", table.quoted(), pg::quoted(index_name)));
  if (settings.truth(0, 1))
    restore.push_back(fmt::format("ALTER TABLE {} REPLICA IDENTITY USING INDEX {}", table.quoted(),
                                  pg::quoted(index_name)));
  if (!settings.is_null(0, 3)) restore.push_back(comment_on("INDEX " + index, settings.string(0, 3)));
  const pg::Rows statistics = TRY(session.query(index_statistics, {index_oid}));
  for (int row = 0; row < statistics.size(); ++row)
    restore.push_back(fmt::format("ALTER INDEX {} ALTER COLUMN {} SET STATISTICS {}", index,
                                  statistics.text(row, 0), statistics.text(row, 1)));
  return {};
}

// Those that a partition has from its parent go and come with the parent's.
constexpr std::string_view constraints_sql = R"(
SELECT c.oid, c.conname, c.contype, pg_get_constraintdef(c.oid), c.conindid, i.relname, obj_description(c.oid, 'pg_constraint')
FROM pg_constraint c LEFT JOIN pg_class i ON i.oid = c.conindid
WHERE c.conrelid = $1::oid AND c.contype IN ('p', 'u', 'x') AND c.conparentid = 0
ORDER BY c.contype, c.conname)";

Done record_constraints(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts) {
  const pg::Rows rows = TRY(session.query(constraints_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string name = rows.string(row, 1);
    Part part{table.name,
              fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", table.quoted(), pg::quoted(name)),
              {},
              {},
              false};
    part.constraint = {name, table.name, rows.text(row, 2)[0], rows.string(row, 3), {}, {}, {}};
    part.unique = part.constraint.type != 'x';
    if (part.unique) part.constraint.columns = TRY(columns_of(session, key_columns, rows.string(row, 0)));
    part.restore.push_back(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", table.quoted(),
                                       pg::quoted(name), rows.text(row, 3)));
    TRY(add_index_settings(session, table, rows.string(row, 4), rows.string(row, 5), true, part.restore));
    if (!rows.is_null(row, 6))
      part.restore.push_back(comment_on(fmt::format("CONSTRAINT {} ON {}", pg::quoted(name), table.quoted()),
                                        rows.string(row, 6)));
    parts.push_back(std::move(part));
  }
  return {};
}

constexpr std::string_view indexes_sql = R"(
SELECT i.indexrelid, x.relname, pg_get_indexdef(i.indexrelid), i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid = $1::oid
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY i.indisunique DESC, x.relname)";

Done record_indexes(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts) {
  const pg::Rows rows = TRY(session.query(indexes_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string name = rows.string(row, 1);
    Part part{table.name,
              "DROP INDEX " + pg::quoted(table.schema, name),
              {rows.string(row, 2)},
              {},
              rows.truth(row, 3)};
    part.constraint.name = name;
    part.constraint.table = table.name;
    if (part.unique) part.constraint.columns = TRY(columns_of(session, index_columns, rows.string(row, 0)));
    TRY(add_index_settings(session, table, rows.string(row, 0), name, false, part.restore));
    parts.push_back(std::move(part));
  }
  return {};
}

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

}  // namespace

Result<Structure> take_off(const Request& request, Connection& connection,
                           const std::vector<CatalogTable>& tables, Observer& observer) {
  pg::Session& session = connection.session();
  pg::Transaction transaction = TRY(connection.begin(request));
  Structure structure;
  for (const CatalogTable& table : tables) {
    TRY(record_foreign_keys(session, table, structure.foreign_keys));
    TRY(record_triggers(session, table, structure.triggers));
    std::vector<Part>& indexes = structure.indexes[table.name];
    // The indexes of a partitioned table are many, with names of their own: they stay on.
    if (table.partitioned) continue;
    TRY(record_constraints(session, table, indexes));
    TRY(record_indexes(session, table, indexes));
  }
  TRY(drop(session, structure.foreign_keys, observer));
  TRY(drop(session, structure.triggers, observer));
  for (auto& [table, parts] : structure.indexes) TRY(drop(session, parts, observer));
  TRY(transaction.commit());
  return structure;
}

}  // namespace slipway::ingest
