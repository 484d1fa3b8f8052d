#include "swap/schema/catalog.hpp"

#include "swap/names.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view between = "__";
constexpr Millis end_limit{30'000};
constexpr Millis end_poll{20};

constexpr std::string_view schemas_sql =
    "select oid, nspname, pg_get_userbyid(nspowner), pg_has_role(current_user, nspowner, 'usage') "
    "from pg_namespace ";

constexpr std::string_view builders_sql = R"(
select pg_terminate_backend(a.pid) from pg_stat_activity a
where a.application_name like 'slipway%' and a.pid <> pg_backend_pid() and exists (
  select from pg_locks l join pg_class c on c.oid = l.relation
  where l.pid = a.pid and c.relnamespace = $1::oid
    and l.database = (select oid from pg_database where datname = current_database())))";

SchemaEntry entry_from(const pg::Rows& rows, int row) {
  return {static_cast<unsigned>(rows.number(row, 0)), rows.string(row, 1), rows.string(row, 2),
          rows.truth(row, 3)};
}

Result<std::optional<SchemaEntry>> one_where(pg::Session& session, const std::string& condition,
                                             const std::string& value) {
  const pg::Rows rows = TRY(session.query(std::string(schemas_sql) + "where " + condition, {value}));
  if (rows.empty()) return std::optional<SchemaEntry>();
  return std::optional<SchemaEntry>(entry_from(rows, 0));
}

}  // namespace

std::string schema_of_snapshot(const std::string& name, const std::string& id) {
  return name + std::string(between) + id;
}

std::optional<std::string> id_of_schema(const std::string& name, const std::string& schema) {
  const std::string prefix = name + std::string(between);
  if (!schema.starts_with(prefix) || !is_snapshot_id(schema.substr(prefix.size()))) return std::nullopt;
  return schema.substr(prefix.size());
}

Result<std::vector<SchemaEntry>> schemas(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(schemas_sql));
  std::vector<SchemaEntry> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(entry_from(rows, row));
  return found;
}

Result<std::optional<SchemaEntry>> find_schema(pg::Session& session, const std::string& name) {
  return one_where(session, "nspname = $1", name);
}

Result<std::optional<SchemaEntry>> find_schema(pg::Session& session, unsigned oid) {
  return one_where(session, "oid = $1::oid", std::to_string(oid));
}

Result<std::string> reader_of_schema(pg::Session& session, const std::string& name) {
  const pg::Rows rows =
      TRY(session.query("select rolname from pg_roles where rolname = $1", {reader_role(name)}));
  return rows.empty() ? std::string() : rows.string(0, 0);
}

Result<std::uint64_t> schema_bytes(pg::Session& session, unsigned oid) {
  const pg::Rows rows =
      TRY(session.query("select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class "
                        "where relnamespace = $1::oid and relkind in ('r', 'm', 'S')",
                        {std::to_string(oid)}));
  return static_cast<std::uint64_t>(rows.number(0, 0));
}

Done end_builders(Clock& clock, pg::Session& session, unsigned oid) {
  for (Millis left = end_limit; left.count() > 0; left -= end_poll) {
    if (TRY(session.query(builders_sql, {std::to_string(oid)})).empty()) return {};
    clock.sleep(end_poll);
  }
  return fail("a session that builds in the schema with OID {} does not end", oid)
      .next("Look at it in pg_stat_activity: its application_name begins with slipway.");
}

}  // namespace slipway::swap
