#include "daemon/ingest/schema/structure_views.hpp"

#include <algorithm>

namespace slipway::ingest {
namespace {

constexpr std::string_view views_sql = R"(
SELECT DISTINCT v.oid, quote_ident(n.nspname) || '.' || quote_ident(v.relname), pg_get_viewdef(v.oid),
       array_to_string(v.reloptions, ', ')
FROM pg_constraint c
JOIN pg_depend d ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' JOIN pg_namespace n ON n.oid = v.relnamespace
WHERE c.conrelid = $1::oid ORDER BY 1)";

constexpr std::string_view empty_columns_sql = R"(
SELECT string_agg(format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
                         CASE WHEN l.oid IS NOT NULL THEN format(' COLLATE %I.%I', n.nspname, l.collname) END,
                         a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0)";

}  // namespace

Done replace_views(pg::Session& session, const CatalogTable& table, std::vector<View>& views) {
  const pg::Rows rows = TRY(session.query(views_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const std::string oid = rows.string(row, 0);
    const auto same = [&](const View& view) { return view.oid == oid; };
    if (std::any_of(views.begin(), views.end(), same)) continue;
    const std::string columns = TRY(session.query(empty_columns_sql, {oid})).string(0, 0);
    const std::string create = fmt::format("CREATE OR REPLACE VIEW {}", rows.text(row, 1));
    const std::string options = rows.text(row, 3).empty() ? "" : fmt::format(" WITH ({})", rows.text(row, 3));
    TRY(session.script("SAVEPOINT slipway_view"));
    if (session.script(fmt::format("{} AS SELECT {}", create, columns)))
      views.push_back({oid, fmt::format("{}{} AS {}", create, options, rows.text(row, 2))});
    else
      TRY(session.script("ROLLBACK TO SAVEPOINT slipway_view"));
    TRY(session.script("RELEASE SAVEPOINT slipway_view"));
  }
  return {};
}

}  // namespace slipway::ingest
