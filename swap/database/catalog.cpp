#include "swap/database/catalog.hpp"

#include "base/pg/identifier.hpp"
#include "swap/names.hpp"
#include "swap/registry/place.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view separator = "__";
constexpr std::string_view buried_suffix = "_gone";
constexpr std::string_view entry_sql = "select oid, datname, datallowconn from pg_database ";

DatabaseEntry entry_from(const pg::Rows& rows, int row) {
  return {static_cast<unsigned>(rows.number(row, 0)), rows.string(row, 1), rows.truth(row, 2)};
}

Result<std::optional<DatabaseEntry>> find(pg::Session& session, std::string_view condition,
                                          const std::string& value) {
  const pg::Rows rows = TRY(session.query(std::string(entry_sql) + std::string(condition), {value}));
  if (rows.empty()) return std::optional<DatabaseEntry>();
  return std::optional<DatabaseEntry>(entry_from(rows, 0));
}

Done altered(Result<pg::Rows> result, const std::string& database) {
  if (result) return {};
  return with_privilege(std::move(result).error(),
                        fmt::format("The role of `server` needs CREATEDB, and must own database {} or be a "
                                    "member of the role that does.",
                                    database));
}

}  // namespace

std::string database_of_snapshot(const std::string& name, const std::string& id) {
  return name + std::string(separator) + id;
}

std::string buried_database(const std::string& name, const std::string& id) {
  return database_of_snapshot(name, id) + std::string(buried_suffix);
}

std::optional<std::string> id_of_database(const std::string& name, const std::string& database) {
  std::string_view rest = database;
  if (!rest.starts_with(name + std::string(separator))) return std::nullopt;
  rest.remove_prefix(name.size() + separator.size());
  if (rest.ends_with(buried_suffix)) rest.remove_suffix(buried_suffix.size());
  if (!is_snapshot_id(rest)) return std::nullopt;
  return std::string(rest);
}

Result<std::vector<DatabaseEntry>> databases(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(entry_sql));
  std::vector<DatabaseEntry> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(entry_from(rows, row));
  return found;
}

Result<std::optional<DatabaseEntry>> find_database(pg::Session& session, const std::string& name) {
  return find(session, "where datname = $1", name);
}

Result<std::optional<DatabaseEntry>> find_database(pg::Session& session, unsigned oid) {
  return find(session, "where oid = $1::oid", std::to_string(oid));
}

std::string locale_clause(const std::string& encoding, const std::string& collate, const std::string& ctype,
                          const std::string& provider, const std::string& provider_locale) {
  std::string clause = fmt::format("encoding {} lc_collate {} lc_ctype {}", pg::literal(encoding),
                                   pg::literal(collate), pg::literal(ctype));
  if (provider == "i")
    clause += " locale_provider icu icu_locale " + pg::literal(provider_locale);
  else if (provider == "b")
    clause += " locale_provider builtin builtin_locale " + pg::literal(provider_locale);
  return clause;
}

// Through JSON, as the columns of the locale's provider differ between versions.
Result<std::string> locale_like(pg::Session& session, const std::string& database) {
  const pg::Rows rows =
      TRY(session.query("select pg_encoding_to_char(encoding), datcollate, datctype, "
                        "coalesce(to_jsonb(d) ->> 'datlocprovider', ''), "
                        "coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', '') "
                        "from pg_database d where datname = $1",
                        {database}));
  if (rows.empty()) return locale_clause("UTF8", "C", "C", "", "");
  return locale_clause(rows.string(0, 0), rows.string(0, 1), rows.string(0, 2), rows.string(0, 3),
                       rows.string(0, 4));
}

Result<std::string> owner_like(pg::Session& session, const std::string& database) {
  const pg::Rows rows = TRY(session.query(
      "select rolname from pg_roles r left join pg_database d on d.datdba = r.oid and d.datname = $1 "
      "where (d.oid is not null or rolname = $1 or rolname = current_user) "
      "and pg_has_role(current_user, r.oid, 'USAGE') "
      "order by d.oid is not null desc, rolname = $1 desc limit 1",
      {database}));
  return rows.string(0, 0);
}

Result<std::string> reader_of(pg::Session& session, const std::string& database) {
  const pg::Rows rows =
      TRY(session.query("select 1 from pg_roles where rolname = $1", {reader_role(database)}));
  return rows.empty() ? std::string() : reader_role(database);
}

Result<unsigned> make_database(pg::Session& session, const std::string& database, const std::string& owner,
                               const std::string& locale) {
  TRY(altered(session.script(fmt::format("create database {} owner {} template template0 {}",
                                         pg::quoted(database), pg::quoted(owner), locale)),
              database));
  const std::optional<DatabaseEntry> made = TRY(find_database(session, database));
  if (!made) return fail("database {} was made and is not there", database);
  return made->oid;
}

Done set_open(pg::Session& session, const std::string& database, bool open) {
  return altered(session.script(fmt::format("alter database {} allow_connections {}", pg::quoted(database),
                                            open ? "true" : "false")),
                 database);
}

Done rename_database(pg::Session& session, const std::string& from, const std::string& to) {
  return altered(
      session.script(fmt::format("alter database {} rename to {}", pg::quoted(from), pg::quoted(to))), from);
}

Done drop_database(pg::Session& session, const std::string& database) {
  return altered(session.script(fmt::format("drop database if exists {} with (force)", pg::quoted(database))),
                 database);
}

Result<std::uint64_t> database_bytes(pg::Session& session, unsigned oid) {
  const pg::Rows rows = TRY(session.query("select pg_database_size($1::oid)", {std::to_string(oid)}));
  return static_cast<std::uint64_t>(rows.number(0, 0));
}

}  // namespace slipway::swap
