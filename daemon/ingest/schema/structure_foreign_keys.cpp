#include "daemon/ingest/schema/structure_foreign_keys.hpp"

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/schema/structure_indexes.hpp"

namespace slipway::ingest {
namespace {

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
       obj_description(c.oid, 'pg_constraint'), t.relkind = 'r' AND o.relkind = 'r' AND c.convalidated
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_class o ON o.oid = c.confrelid JOIN pg_namespace p ON p.oid = o.relnamespace
WHERE (c.conrelid = $1::oid OR c.confrelid = $1::oid) AND c.contype = 'f' AND c.conparentid = 0
ORDER BY n.nspname, t.relname, c.conname)";

Result<std::vector<std::string>> restore_of(pg::Session& session, const pg::Rows& rows, int row,
                                            const std::string& from) {
  std::vector<std::string> restore;
  const auto add = [&](std::string_view table, std::string_view name, std::string_view definition) {
    restore.push_back(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", table, name, definition));
  };
  const pg::Rows named = TRY(session.query(named_parts_sql, {rows.string(row, 0)}));
  for (int i = 0; i < named.size(); ++i) add(named.text(i, 0), named.text(i, 1), named.text(i, 2));
  const std::string name = pg::quoted(rows.text(row, 1));
  add(from, name, rows.string(row, 2) + (rows.truth(row, 8) ? " NOT VALID" : ""));
  if (!rows.is_null(row, 7))
    restore.push_back(comment_on(fmt::format("CONSTRAINT {} ON {}", name, from), rows.string(row, 7)));
  return restore;
}

Result<Constraint> constraint_of(pg::Session& session, const pg::Rows& rows, int row) {
  const std::string oid = rows.string(row, 0);
  Constraint constraint{rows.string(row, 1), rows.string(row, 3), 'f', rows.string(row, 2), {}, {}, {}};
  constraint.columns = TRY(columns_of(session, key_columns, oid));
  constraint.other_columns = TRY(columns_of(session, other_columns, oid));
  constraint.other_table = pg::quoted(rows.text(row, 6), rows.text(row, 5));
  return constraint;
}

}  // namespace

// At first only its name and what it says; reading the rows is a step of its own, beside others.
Done record_foreign_keys(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts,
                         std::vector<Part>& validations) {
  const pg::Rows rows = TRY(session.query(foreign_keys_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    Part part;
    part.table = pg::quoted(rows.text(row, 4), rows.text(row, 3));
    part.drop = fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", part.table, pg::quoted(rows.text(row, 1)));
    // One that joins two loaded tables is met twice.
    const auto same = [&](const Part& other) { return other.drop == part.drop; };
    if (std::any_of(parts.begin(), parts.end(), same)) continue;
    part.restore = TRY(restore_of(session, rows, row, part.table));
    part.constraint = TRY(constraint_of(session, rows, row));
    if (rows.truth(row, 8)) {
      Part validation = part;
      validation.drop.clear();
      validation.restore = {
          fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {}", part.table, pg::quoted(rows.text(row, 1)))};
      validations.push_back(std::move(validation));
    }
    parts.push_back(std::move(part));
  }
  return {};
}

}  // namespace slipway::ingest
