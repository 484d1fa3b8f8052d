#include "daemon/ingest/finish.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::ingest {
namespace {

// Sequences that a column owns (serial, identity) and those that its default names without owning.
constexpr std::string_view sequences_sql = R"(
SELECT DISTINCT quote_ident(n.nspname) || '.' || quote_ident(s.relname), a.attname, q.seqincrement > 0
FROM (SELECT d.objid AS sequence, d.refobjid AS tab, d.refobjsubid AS number FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.refobjid = $1::oid AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      UNION
      SELECT d.refobjid, f.adrelid, f.adnum FROM pg_attrdef f JOIN pg_depend d
        ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
      WHERE f.adrelid = $1::oid) found
JOIN pg_sequence q ON q.seqrelid = found.sequence
JOIN pg_class s ON s.oid = found.sequence JOIN pg_namespace n ON n.oid = s.relnamespace
JOIN pg_attribute a ON a.attrelid = found.tab AND a.attnum = found.number
WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
ORDER BY 1, 2)";

// Only ever further in the sequence's own direction.
std::string advance_sql(const std::string& sequence, const std::string& column, const std::string& table,
                        bool up) {
  return fmt::format(
      "SELECT setval({0}::regclass, edge) FROM (SELECT {1}({2})::bigint AS edge FROM {3}) loaded, {4} "
      "sequence, "
      "pg_sequence q WHERE q.seqrelid = {0}::regclass AND edge BETWEEN q.seqmin AND q.seqmax "
      "AND (edge {5} sequence.last_value OR (edge = sequence.last_value AND NOT sequence.is_called))",
      pg::literal(sequence), up ? "max" : "min", pg::quoted(column), table, sequence, up ? ">" : "<");
}

}  // namespace

Done set_sequences(const Request& request, Connection& connection, const std::vector<CatalogTable>& tables) {
  pg::Session& session = connection.session();
  pg::Transaction transaction = TRY(connection.begin(request));
  for (const CatalogTable& table : tables) {
    const pg::Rows rows = TRY(session.query(sequences_sql, {table.oid}));
    for (int row = 0; row < rows.size(); ++row)
      TRY(session.query(
          advance_sql(rows.string(row, 0), rows.string(row, 1), table.quoted(), rows.truth(row, 2))));
  }
  return transaction.commit();
}

Done refresh_views(const Request& request, Connection& connection) {
  // Made in this order, so none needs a later one.
  const pg::Rows views = TRY(connection.session().query(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'm' AND c.relispopulated AND n.nspname = $1 ORDER BY c.oid",
      {request.schema}));
  for (int row = 0; row < views.size(); ++row) {
    TRY(connection.go_on());
    const std::string view = pg::quoted(views.text(row, 0), views.text(row, 1));
    TRY(connection.session().script("REFRESH MATERIALIZED VIEW " + view));
    TRY(connection.session().script("ANALYZE " + view));
  }
  return {};
}

Done analyze(Connection& connection, const std::vector<CatalogTable>& tables) {
  for (const CatalogTable& table : tables) {
    TRY(connection.go_on());
    TRY(connection.session().script("ANALYZE " + table.quoted()));
  }
  // Those that schema files filled: autovacuum does not come by during a build.
  const pg::Rows others = TRY(connection.session().query(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|slipway)' AND c.relname !~ "
      "'^slipway_' "
      "AND pg_relation_size(c.oid) > 0 AND NOT EXISTS (SELECT FROM pg_stats s "
      "WHERE s.schemaname = n.nspname AND s.tablename = c.relname)"));
  for (int row = 0; row < others.size(); ++row) {
    TRY(connection.go_on());
    TRY(connection.session().script("ANALYZE " + pg::quoted(others.text(row, 0), others.text(row, 1))));
  }
  return {};
}

Done grant_reading(const Request& request, Connection& connection) {
  if (request.reader.empty()) return {};
  const std::string schema = pg::quoted(request.schema);
  const std::string reader = pg::quoted(request.reader);
  TRY(connection.go_on());
  TRY(connection.session().script(
      fmt::format("GRANT USAGE ON SCHEMA {} TO {}; GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema,
                  reader, schema, reader)));
  return {};
}

}  // namespace slipway::ingest
