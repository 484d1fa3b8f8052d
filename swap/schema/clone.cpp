#include "swap/schema/clone.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/pg/conninfo.hpp"
#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

constexpr Millis dump_limit{600'000};
constexpr std::size_t dump_bytes_max = 64U << 20U;

// libpq's own names for what a conninfo says: no password may stand among a program's arguments.
constexpr std::array environment_names{std::pair{"host", "PGHOST"},
                                       std::pair{"hostaddr", "PGHOSTADDR"},
                                       std::pair{"port", "PGPORT"},
                                       std::pair{"user", "PGUSER"},
                                       std::pair{"password", "PGPASSWORD"},
                                       std::pair{"passfile", "PGPASSFILE"},
                                       std::pair{"dbname", "PGDATABASE"},
                                       std::pair{"sslmode", "PGSSLMODE"},
                                       std::pair{"sslcert", "PGSSLCERT"},
                                       std::pair{"sslkey", "PGSSLKEY"},
                                       std::pair{"sslrootcert", "PGSSLROOTCERT"}};

constexpr std::string_view keys_sql = R"(
select format('alter table %s drop constraint %I', conrelid::regclass, conname),
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
from pg_constraint where connamespace = $1::regnamespace and contype = 'f' and conparentid = 0 order by oid)";

constexpr std::string_view triggers_sql = R"(
select format('alter table %s disable trigger %I', tgrelid::regclass, tgname),
       format('alter table %s %s trigger %I', tgrelid::regclass,
         case tgenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end, tgname)
from pg_trigger g join pg_class c on c.oid = g.tgrelid
where c.relnamespace = $1::regnamespace and not tgisinternal and tgparentid = 0 and tgenabled <> 'D' order by g.oid)";

// A column of a type that each of the two has of its own goes over as text.
constexpr std::string_view rows_sql = R"(
select n.relname, format('insert into %s (%s) overriding system value select %s from %s%s', n.oid::regclass,
  string_agg(quote_ident(a.attname), ', ' order by a.attnum),
  string_agg(quote_ident(a.attname) || case when a.atttypid <> o.atttypid
               then '::text::' || format_type(a.atttypid, a.atttypmod) else '' end, ', ' order by a.attnum),
  case when f.relkind = 'r' then 'only ' else '' end, f.oid::regclass)
from pg_class f join pg_class n on n.relname = f.relname and n.relnamespace = $2::regnamespace
join pg_attribute a on a.attrelid = n.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
join pg_attribute o on o.attrelid = f.oid and o.attname = a.attname
where f.relnamespace = $1::regnamespace and f.relkind in ('r', 'p') and not f.relispartition
  and f.relname <> 'slipway_manifest'
group by n.relname, n.oid, f.oid, f.relkind order by n.oid)";

constexpr std::string_view sequences_sql = R"(
select format('select setval(%L, last_value, is_called) from %s', n.oid::regclass, f.oid::regclass)
from pg_class f join pg_class n on n.relname = f.relname and n.relnamespace = $2::regnamespace and n.relkind = 'S'
where f.relnamespace = $1::regnamespace and f.relkind = 'S')";

constexpr std::string_view views_sql = R"(
select format('refresh materialized view %s', n.oid::regclass)
from pg_class f join pg_class n on n.relname = f.relname and n.relnamespace = $2::regnamespace and n.relkind = 'm'
where f.relnamespace = $1::regnamespace and f.relkind = 'm' and f.relispopulated order by n.oid)";

constexpr std::string_view analyze_sql = R"(
select format('analyze %s', oid::regclass) from pg_class
where relnamespace = $1::regnamespace and relkind in ('r', 'p', 'm') and not relispartition order by oid)";

// Psql's own commands (\restrict) stand at the beginning of a line.
std::string without_psql(const std::string& dump) {
  std::string sql;
  for (std::size_t at = 0; at < dump.size();) {
    const std::size_t end = std::min(dump.find('\n', at), dump.size() - 1) + 1;
    if (dump[at] != '\\') sql.append(dump, at, end - at);
    at = end;
  }
  return sql;
}

Result<std::string> dump(Processes& processes, const CloneOrder& order) {
  char folder[] = "/tmp/slipway-clone-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return errno_error("cannot make a folder under /tmp");
  const Path file = Path(folder) / "schema.sql";
  Command command;
  command.argv = {"pg_dump",
                  "--schema-only",
                  "--schema=" + pg::quoted(order.from),
                  "--exclude-table=" + pg::quoted(order.from, "slipway_manifest"),
                  "--no-publications",
                  "--no-security-labels",
                  "--file=" + file.string()};
  const auto parts = TRY(pg::conninfo_parts(order.conninfo));
  for (const auto& [key, variable] : environment_names)
    if (const auto part = parts.find(key); part != parts.end())
      command.environment.push_back(fmt::format("{}={}", variable, part->second));
  command.limit = dump_limit;
  const Result<std::string> dumped = run_checked(processes, command);
  Result<std::string> text =
      dumped ? real_files().read(file, dump_bytes_max) : Result<std::string>(dumped.error());
  TRY(real_files().remove_tree(folder));
  return text;
}

Result<std::vector<std::pair<std::string, std::string>>> pairs(pg::Session& session, std::string_view sql,
                                                               const std::vector<pg::Parameter>& parameters) {
  const pg::Rows rows = TRY(session.query(sql, parameters));
  std::vector<std::pair<std::string, std::string>> found;
  for (int row = 0; row < rows.size(); ++row)
    found.emplace_back(rows.string(row, 0), rows.columns() > 1 ? rows.string(row, 1) : "");
  return found;
}

}  // namespace

// What pg_dump says names the schema by its name: so for the time of this transaction, in which nobody else
// looks, the copy has that name and the original another.
Done copy_structure(Processes& processes, pg::Session& session, const CloneOrder& order) {
  const std::string sql = without_psql(TRY(dump(processes, order)));
  const std::string aside = pg::quoted(order.to + "_from");
  const std::string from = pg::quoted(order.from);
  TRY(session.script(fmt::format("alter schema {} rename to {}", from, aside)));
  TRY(session.script(sql));
  TRY(session.script(fmt::format("alter schema {} rename to {}; alter schema {} rename to {}", from,
                                 pg::quoted(order.to), aside, from)));
  return {};
}

// Keys and triggers are off while the rows come: they held where the rows come from.
Result<std::map<std::string, std::int64_t>> copy_rows(pg::Session& session, const CloneOrder& order) {
  TRY(session.script("set local search_path to ''; set local row_security to off"));
  const std::string from = pg::quoted(order.from), to = pg::quoted(order.to);
  auto aside = TRY(pairs(session, keys_sql, {to}));
  for (auto& trigger : TRY(pairs(session, triggers_sql, {to}))) aside.push_back(std::move(trigger));
  for (const auto& [off, on] : aside) TRY(session.script(off));
  std::map<std::string, std::int64_t> copied;
  for (const auto& [table, insert] : TRY(pairs(session, rows_sql, {from, to})))
    copied[table] = TRY(session.query(insert)).affected();
  for (const std::string_view sql : {sequences_sql, views_sql})
    for (const auto& one : TRY(pairs(session, sql, {from, to}))) TRY(session.script(one.first));
  for (const auto& [off, on] : aside) TRY(session.script(on));
  for (const auto& one : TRY(pairs(session, analyze_sql, {to}))) TRY(session.script(one.first));
  return copied;
}

}  // namespace slipway::swap
