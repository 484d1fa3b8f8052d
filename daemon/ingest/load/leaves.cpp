#include "daemon/ingest/load/leaves.hpp"

#include <algorithm>
#include <array>

#include "base/pg/identifier.hpp"

namespace slipway::ingest {
namespace {

// A partition whose bounds accept everything has no constraint at all.
constexpr std::string_view leaves_sql = R"(
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), coalesce(pg_get_partition_constraintdef(c.oid), 'true'),
       pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', bound[1], bound[2], c.relkind <> 'r'
FROM pg_partition_tree($1::oid::regclass) t
JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace,
     regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \((.*)\) TO \((.*)\)$') bound
WHERE t.isleaf ORDER BY t.level, c.oid)";

// The key columns of all levels, each once; an expression has the number 0.
constexpr std::string_view keys_sql = R"(
SELECT a.attname, bool_and(o.opcdefault),
       min(CASE WHEN l.oid IS NOT NULL THEN quote_ident(ln.nspname) || '.' || quote_ident(l.collname) END)
FROM pg_partition_tree($1::oid::regclass) t
JOIN pg_partitioned_table p ON p.partrelid = t.relid
CROSS JOIN generate_series(0, p.partnatts - 1) place
JOIN pg_opclass o ON o.oid = p.partclass[place]
LEFT JOIN pg_attribute a ON a.attrelid = t.relid AND a.attnum = p.partattrs[place] AND a.attnum > 0
LEFT JOIN pg_collation l ON l.oid = p.partcollation[place] LEFT JOIN pg_namespace ln ON ln.oid = l.collnamespace
GROUP BY a.attname ORDER BY a.attname NULLS FIRST)";

constexpr std::string_view one_level_of_ranges_sql = R"(
SELECT count(*) = 1 AND bool_and(p.partstrat = 'r' AND p.partnatts = 1)
FROM pg_partition_tree($1::oid::regclass) t JOIN pg_partitioned_table p ON p.partrelid = t.relid)";

// Through the parent, a column that COPY does not name has the parent's default; straight into a leaf, the
// leaf's.
constexpr std::string_view other_defaults_sql = R"(
SELECT DISTINCT a.attname
FROM pg_partition_tree($1::oid::regclass) t
JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_attribute b ON b.attrelid = t.relid AND b.attname = a.attname
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_attrdef e ON e.adrelid = b.attrelid AND e.adnum = b.attnum
WHERE t.isleaf AND (a.attidentity <> b.attidentity
  OR pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(e.adbin, e.adrelid)))";

// Types whose values are ordered as the signed integers that COPY BINARY sends.
bool like_an_integer(const CatalogColumn& column) {
  constexpr std::array<std::string_view, 6> sends = {"int2send",  "int4send",       "int8send",
                                                     "date_send", "timestamp_send", "timestamptz_send"};
  return std::find(sends.begin(), sends.end(), column.send) != sends.end();
}

int planned(const TablePlan& plan, std::string_view name) {
  for (std::size_t i = 0; i < plan.columns.size(); ++i)
    if (plan.column_of(plan.columns[i]).name == name) return static_cast<int>(i);
  return -1;
}

// A bound comes from the catalog as PostgreSQL writes it, so it can be read back as it is.
Result<std::optional<std::string>> bound_of(pg::Session& session, const CatalogColumn& key,
                                            std::string_view open, const pg::Rows& leaves, int row,
                                            int column) {
  const std::string text = leaves.string(row, column);
  if (text == open) return std::optional<std::string>();
  const pg::Rows bytes =
      TRY(session.query(fmt::format("SELECT encode({}(({})::{}), 'hex')", key.send, text, key.type.name)));
  return std::optional(bytes.string(0, 0));
}

Done read_leaves(pg::Session& session, const TablePlan& plan, Leaves& found) {
  const pg::Rows rows = TRY(session.query(leaves_sql, {plan.table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.truth(row, 5)) found.why_not = fmt::format("{} is a foreign table", rows.text(row, 0));
    Leaf leaf{rows.string(row, 0), rows.string(row, 1), rows.truth(row, 2), {}, {}};
    if (found.ranges && !leaf.otherwise) {
      const CatalogColumn& key = plan.column_of(plan.columns[found.keys[0]]);
      leaf.from = TRY(bound_of(session, key, "MINVALUE", rows, row, 3));
      leaf.to = TRY(bound_of(session, key, "MAXVALUE", rows, row, 4));
    }
    found.leaves.push_back(std::move(leaf));
  }
  return {};
}

Done read_keys(pg::Session& session, const TablePlan& plan, Leaves& found) {
  const pg::Rows rows = TRY(session.query(keys_sql, {plan.table.oid}));
  bool usual_order = true;
  for (int row = 0; row < rows.size(); ++row) {
    const int column = rows.is_null(row, 0) ? -1 : planned(plan, rows.text(row, 0));
    if (rows.is_null(row, 0))
      found.why_not = "a partition key is an expression";
    else if (column < 0)
      found.why_not = fmt::format("no source fills the partition key {}", rows.text(row, 0));
    if (column < 0) continue;
    found.keys.push_back(static_cast<std::size_t>(column));
    found.collations.push_back(rows.string(row, 2));
    usual_order = usual_order && rows.truth(row, 1);
  }
  if (!usual_order || !plan.binary || !found.why_not.empty() || found.keys.size() != 1) return {};
  if (!like_an_integer(plan.column_of(plan.columns[found.keys[0]]))) return {};
  found.ranges = TRY(session.query(one_level_of_ranges_sql, {plan.table.oid})).truth(0, 0);
  return {};
}

}  // namespace

Result<Leaves> find_leaves(pg::Session& session, const TablePlan& plan) {
  Leaves found;
  TRY(read_keys(session, plan, found));
  TRY(read_leaves(session, plan, found));
  if (found.leaves.empty()) found.why_not = "it has no partitions";
  const pg::Rows defaults = TRY(session.query(other_defaults_sql, {plan.table.oid}));
  for (int row = 0; row < defaults.size(); ++row)
    if (planned(plan, defaults.text(row, 0)) < 0)
      found.why_not = fmt::format("column {} has another default in a partition", defaults.text(row, 0));
  if (!found.why_not.empty()) found.keys.clear();
  return found;
}

}  // namespace slipway::ingest
