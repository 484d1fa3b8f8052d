#include "swap/schema/in_the_way.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

// A view's lock by LOCK TABLE would take its tables along, in its own order; an owner who stays the same
// locks it alone, and so materialized views and foreign tables. Whoever waits for a view's lock holds none
// of its tables yet: so views come first.
constexpr std::string_view locking_sql = R"(
with carried as (
  select l.relation from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'relation' and l.granted and l.mode = 'ExclusiveLock' and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and (a.application_name like 'slipway%' or a.application_name like 'swap%')
)
select case when c.relkind in ('v', 'm', 'f')
         then format('alter table %s owner to %I', c.oid::regclass, pg_get_userbyid(c.relowner))
         else format('lock table %s in access exclusive mode', c.oid::regclass) end
from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
where (c.oid = any ($3::oid[]) or c.relnamespace in ($1::oid, $2::oid))
  and (c.relkind in ('r', 'p') and not c.relispartition or c.relkind in ('v', 'm', 'f') and c.relnamespace <> $2::oid)
  and c.oid not in (select relation from carried)
order by c.relkind not in ('v', 'm', 'f'), c.relnamespace in ($1::oid, $2::oid), c.relnamespace = $2::oid,
  s.n_tup_ins + s.n_tup_upd + s.n_tup_del desc nulls last, c.relname)";

constexpr std::string_view named_sql = R"(
select distinct format('process %s, user %s, %s%s for %s s: %s', a.pid, a.usename,
  case when a.application_name <> '' then a.application_name || ', ' end, coalesce(a.state, 'hidden from our role'),
  coalesce(round(extract(epoch from clock_timestamp() - a.xact_start))::text, '?'), left(a.query, 60))
)";

constexpr std::string_view holders_sql = R"(
from pg_locks l join pg_class c on c.oid = l.relation join pg_stat_activity a using (pid)
where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
  and l.database = (select oid from pg_database where datname = current_database())
  and c.relnamespace in ($1::oid, $2::oid) and a.application_name not like 'slipway%' and a.application_name not like 'swap%'
  and a.xact_start <= clock_timestamp() - $3::int * interval '1 ms'
union all
select format('prepared transaction %s of %s', x.gid, x.owner) from pg_prepared_xacts x
where x.database = current_database() and exists (
  select from pg_locks l join pg_class c on c.oid = l.relation
  where l.pid is null and l.virtualtransaction = '-1/' || x.transaction::text and c.relnamespace in ($1::oid, $2::oid)))";

constexpr std::string_view snapshots_sql = R"(
from pg_stat_activity a
where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
  and a.backend_xmin is not null and age(a.backend_xmin) >= (select age(xmin) from )";

constexpr std::string_view hidden_sql = R"(
select l.virtualxid from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'virtualxid' and l.granted and a.datname = current_database() and a.pid <> pg_backend_pid()
  and a.query = '<insufficient privilege>')";

constexpr std::string_view reshaped_sql = R"(
select l.relname from pg_class l join pg_class c on c.relname = l.relname and c.relnamespace = $2::oid
where l.relnamespace = $1::oid and l.relkind in ('r', 'p', 'v', 'm', 'f') and
  (select array_agg((a.attname, a.atttypid, a.atttypmod)::text order by a.attnum) from pg_attribute a
   where a.attrelid = l.oid and a.attnum > 0 and not a.attisdropped) is distinct from
  (select array_agg((a.attname, a.atttypid, a.atttypmod)::text order by a.attnum) from pg_attribute a
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
order by 1)";

// Of those who may look into live's schema, and no others of the database.
constexpr std::string_view clients_sql = R"(
select a.pid, case when me.rolsuper or not r.rolsuper and (pg_has_role(current_user, a.usesysid, 'usage')
                    or pg_has_role(current_user, 'pg_signal_backend', 'usage'))
       then pg_terminate_backend(a.pid) else false end
from pg_stat_activity a join pg_roles r on r.oid = a.usesysid join pg_roles me on me.rolname = current_user
where a.datname = current_database() and a.pid <> pg_backend_pid() and a.backend_type is distinct from 'walsender'
  and a.application_name not like 'slipway%' and a.application_name not like 'swap%'
  and has_schema_privilege(a.usesysid, $1::oid, 'usage'))";

Result<std::vector<std::string>> first_column(pg::Session& session, const std::string& sql,
                                              const std::vector<pg::Parameter>& parameters) {
  const pg::Rows rows = TRY(session.query(sql, parameters));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

}  // namespace

Result<std::vector<std::string>> locking(pg::Session& session, const SchemaPair& pair,
                                         const std::vector<Dependent>& dependents) {
  std::string outside = "{";
  for (const Dependent& one : dependents)
    if (!one.relation.empty()) outside += (outside.size() > 1 ? "," : "") + one.relation;
  return first_column(session, std::string(locking_sql), {pair.live, pair.candidate, outside + "}"});
}

Result<std::vector<std::string>> lock_holders(pg::Session& session, const SchemaPair& pair, Millis at_least) {
  return first_column(session, std::string(named_sql) + std::string(holders_sql),
                      {pair.live, pair.candidate, std::to_string(at_least.count())});
}

// The manifest is the last thing that a build writes.
Result<std::vector<std::string>> old_snapshots(pg::Session& session, const std::string& candidate_name) {
  return first_column(session,
                      std::string(named_sql) + std::string(snapshots_sql) +
                          pg::quoted(candidate_name, "slipway_manifest") + ")",
                      {});
}

Result<std::vector<std::string>> hidden_transactions(pg::Session& session) {
  return first_column(session, std::string(hidden_sql), {});
}

Result<std::vector<std::string>> reshaped(pg::Session& session, unsigned before, unsigned now) {
  return first_column(session, std::string(reshaped_sql), {std::to_string(before), std::to_string(now)});
}

Result<std::vector<std::string>> end_clients(pg::Session& session, unsigned live) {
  const pg::Rows rows = TRY(session.query(clients_sql, {std::to_string(live)}));
  std::vector<std::string> left;
  for (int row = 0; row < rows.size(); ++row)
    if (!rows.truth(row, 1)) left.push_back("process " + rows.string(row, 0));
  return left;
}

}  // namespace slipway::swap
