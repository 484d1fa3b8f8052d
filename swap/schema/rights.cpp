#include "swap/schema/rights.hpp"

#include <optional>

namespace slipway::swap {
namespace {

constexpr std::string_view remember_sql = R"(
update slipway.snapshot s set rights = (
  select jsonb_agg(jsonb_build_object('role', a.grantee::bigint, 'right', a.privilege_type, 'grantable', a.is_grantable))
  from pg_namespace n, aclexplode(n.nspacl) a where n.oid = $1::oid and a.grantee <> n.nspowner)
where s.mode = 'schema' and s.oid = $1::oid)";

constexpr std::string_view closing_sql = R"(
select distinct format('revoke all on schema %I from %s cascade', n.nspname,
  case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
from pg_namespace n, aclexplode(n.nspacl) a where n.oid = $1::oid and a.grantee <> n.nspowner)";

// A role that was dropped meanwhile is passed over.
constexpr std::string_view opening_sql = R"(
with r(role, "right", grantable) as (
  select g.role, g."right", g.grantable from slipway.snapshot s,
    jsonb_to_recordset(s.rights) as g(role oid, "right" text, grantable boolean)
  where s.mode = 'schema' and s.oid = $1::oid
  union
  select a.grantee, a.privilege_type, a.is_grantable from pg_namespace n, aclexplode(n.nspacl) a
  where n.oid = $2::oid and a.grantee <> n.nspowner
)
select distinct format('grant %s on schema %I to %s%s', "right", $3::text,
  case when role = 0 then 'public' else quote_ident(pg_get_userbyid(role)) end,
  case when grantable then ' with grant option' else '' end)
from r where role = 0 or exists (select from pg_roles p where p.oid = role) order by 1)";

constexpr std::string_view missing_sql = R"(
with named as (
  select p.oid, p.pronamespace, p.proacl, p.proowner, p.proname || '(' || coalesce((
    select string_agg(case when t.typnamespace in ($1::oid, $2::oid) then t.typname else t.typnamespace || '.' || t.typname end, ',' order by a.place)
    from unnest(p.proargtypes::oid[]) with ordinality a(oid, place) join pg_type t on t.oid = a.oid), '') || ')' as key
  from pg_proc p where p.pronamespace in ($1::oid, $2::oid)
), wanted as (
  select format('%s %s', case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass) as object, '' as columns,
         a.grantee, a.privilege_type, a.is_grantable, c.relacl as has, c.relowner as owner
  from pg_class l join pg_class c on c.relname = l.relname and c.relnamespace = $1::oid, aclexplode(l.relacl) a
  where l.relnamespace = $2::oid and l.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and a.grantee <> l.relowner
    and (l.relkind = 'S') = (c.relkind = 'S')
  union all
  select format('table %s', c.oid::regclass), format(' (%I)', ca.attname),
         a.grantee, a.privilege_type, a.is_grantable, ca.attacl, c.relowner
  from pg_class l join pg_attribute la on la.attrelid = l.oid join pg_class c on c.relname = l.relname and c.relnamespace = $1::oid
  join pg_attribute ca on ca.attrelid = c.oid and ca.attname = la.attname, aclexplode(la.attacl) a
  where l.relnamespace = $2::oid and a.grantee <> l.relowner
  union all
  select format('routine %s', c.oid::regprocedure), '', a.grantee, a.privilege_type, a.is_grantable,
         coalesce(c.proacl, acldefault('f', c.proowner)), c.proowner
  from named l join named c on c.key = l.key and c.pronamespace = $1::oid, aclexplode(l.proacl) a
  where l.pronamespace = $2::oid and a.grantee <> l.proowner
)
select format('grant %s%s on %s to %s%s', privilege_type, columns, object,
  case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
  case when is_grantable then ' with grant option' else '' end)
from wanted w
where grantee <> owner and not exists (select from aclexplode(w.has) h
  where h.grantee = w.grantee and h.privilege_type = w.privilege_type and h.is_grantable >= w.is_grantable)
order by 1)";

Result<std::vector<std::string>> statements(pg::Session& session, std::string_view sql,
                                            const std::vector<pg::Parameter>& parameters) {
  const pg::Rows rows = TRY(session.query(sql, parameters));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

}  // namespace

Done close_schema(pg::Session& session, unsigned oid) {
  std::optional<pg::Transaction> own;
  if (!session.in_transaction()) own.emplace(TRY(pg::Transaction::begin(session)));
  const std::string of = std::to_string(oid);
  const std::vector<std::string> closing = TRY(statements(session, closing_sql, {of}));
  if (!closing.empty()) TRY(session.query(remember_sql, {of}));
  for (const std::string& statement : closing) TRY(session.script(statement));
  if (own) return own->commit();
  return {};
}

Result<std::vector<std::string>> opening(pg::Session& session, unsigned candidate, unsigned live,
                                         const std::string& name) {
  return statements(session, opening_sql, {std::to_string(candidate), std::to_string(live), name});
}

Result<std::vector<std::string>> missing_grants(pg::Session& session, unsigned candidate, unsigned live) {
  if (live == 0) return std::vector<std::string>();
  std::optional<pg::Transaction> own;
  if (!session.in_transaction()) own.emplace(TRY(pg::Transaction::begin(session)));
  TRY(session.script("set local search_path to ''"));
  std::vector<std::string> found =
      TRY(statements(session, missing_sql, {std::to_string(candidate), std::to_string(live)}));
  if (own) TRY(own->commit());
  return found;
}

}  // namespace slipway::swap
