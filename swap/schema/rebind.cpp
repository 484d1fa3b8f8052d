#include "swap/schema/rebind.hpp"

#include <algorithm>
#include <array>

#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

// Each takes an oid, and gives rows of (when, statement) in their order: 1 before, 2 after, 3 what is to be
// checked. Options that CREATE OR REPLACE would reset are written out; what it keeps (owner, rights, comment)
// is not.
constexpr std::string_view view_sql = R"(
select 2, format('create or replace view %s%s as %s', oid::regclass,
  coalesce(' with (' || array_to_string(reloptions, ', ') || ')', ''), pg_get_viewdef(oid))
from pg_class where oid = $1)";

constexpr std::string_view function_sql = "select 2, pg_get_functiondef($1)";

constexpr std::string_view signature_sql = R"(
select step, statement from pg_proc p,
lateral (select p.oid::regprocedure::text as name) n,
lateral (values
  (1, 0, format('drop routine %s', n.name)),
  (2, 1, pg_get_functiondef(p.oid)),
  (2, 2, format('alter routine %s owner to %I', n.name, pg_get_userbyid(p.proowner))),
  (2, 3, case when p.proacl is not null then format('revoke all on routine %s from public', n.name) end),
  (2, 4, case when obj_description(p.oid, 'pg_proc') is not null
           then format('comment on routine %s is %L', n.name, obj_description(p.oid, 'pg_proc')) end)
) v(step, place, statement) where p.oid = $1 and statement is not null
union all
select 2, format('grant execute on routine %s to %s%s', p.oid::regprocedure,
  case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
  case when a.is_grantable then ' with grant option' else '' end)
from pg_proc p, aclexplode(p.proacl) a where p.oid = $1 and a.grantee <> p.proowner)";

// A key on a partitioned table cannot be added unchecked.
constexpr std::string_view constraint_sql = R"(
select step, statement from pg_constraint k join pg_class c on c.oid = k.conrelid,
lateral (select c.relkind = 'p' and k.contype = 'f' as at_once, k.conrelid::regclass::text as tab, pg_get_constraintdef(k.oid) as body,
         obj_description(k.oid, 'pg_constraint') as remark) t,
lateral (values
  (1, format('alter table %s drop constraint %I', tab, conname)),
  (2, format('alter table %s add constraint %I %s%s', tab, conname, body,
             case when not at_once and convalidated then ' not valid' else '' end)),
  (2, case when remark is not null then format('comment on constraint %I on %s is %L', conname, tab, remark) end),
  (3, case when not at_once and convalidated then format('%s, %L', k.conrelid, conname) end)
) v(step, statement)
where k.oid = $1 and statement is not null)";

// The numbers that were given out stand outside: the new sequence goes on after them.
constexpr std::string_view default_sql = R"(
select 2, format('alter table %s alter column %I set default %s', d.adrelid::regclass, a.attname,
                 pg_get_expr(d.adbin, d.adrelid))
from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.oid = $1
union all
select 2, format('select setval(%L, %s(%s, new.last_value)) from %s new', q.seqrelid::regclass,
                 case when q.seqincrement > 0 then 'greatest' else 'least' end, s.last_value, q.seqrelid::regclass)
from pg_depend p join pg_sequence q on q.seqrelid = p.refobjid
join pg_class c on c.oid = q.seqrelid join pg_namespace n on n.oid = c.relnamespace
join pg_sequences s on s.schemaname = n.nspname and s.sequencename = c.relname
where p.classid = 'pg_attrdef'::regclass and p.objid = $1 and p.refclassid = 'pg_class'::regclass
  and s.last_value is not null)";

constexpr std::string_view policy_sql = R"(
select 2, format('alter policy %I on %s%s%s', polname, polrelid::regclass,
  ' using (' || pg_get_expr(polqual, polrelid) || ')', ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
from pg_policy where oid = $1)";

constexpr std::string_view trigger_sql = R"(
select step, statement from pg_trigger g, lateral (values
  (1, format('drop trigger %I on %s', tgname, tgrelid::regclass)),
  (2, pg_get_triggerdef(g.oid)),
  (2, case when tgenabled <> 'O' then format('alter table %s %s trigger %I', tgrelid::regclass,
        case tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, tgname) end),
  (2, case when obj_description(g.oid, 'pg_trigger') is not null
        then format('comment on trigger %I on %s is %L', tgname, tgrelid::regclass, obj_description(g.oid, 'pg_trigger')) end)
) v(step, statement) where g.oid = $1 and statement is not null)";

constexpr std::string_view publication_sql = R"(
select step, statement from pg_publication_rel r join pg_publication u on u.oid = r.prpubid, lateral (values
  (1, format('alter publication %I drop table only %s', u.pubname, r.prrelid::regclass)),
  (2, format('alter publication %I add table only %s%s%s', u.pubname, r.prrelid::regclass,
    (select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')' from pg_attribute a
     where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)),
    ' where (' || pg_get_expr(r.prqual, r.prrelid) || ')'))
) v(step, statement) where r.oid = $1)";

// Before 15 there are neither column lists nor row filters.
constexpr std::string_view old_publication_sql = R"(
select step, format('alter publication %I %s table only %s', u.pubname, action, r.prrelid::regclass)
from pg_publication_rel r join pg_publication u on u.oid = r.prpubid, (values (1, 'drop'), (2, 'add')) v(step, action)
where r.oid = $1)";
constexpr int publication_lists_version = 150000;

constexpr std::string_view publication_of_schema_sql = R"(
select step, format('alter publication %I %s tables in schema %I', u.pubname, action, n.nspname)
from pg_publication_namespace p join pg_publication u on u.oid = p.pnpubid join pg_namespace n on n.oid = p.pnnspid,
(values (1, 'drop'), (2, 'add')) v(step, action) where p.oid = $1)";

constexpr std::string_view default_privileges_sql = R"(
select 2, format('alter default privileges for role %I in schema %I grant %s on %s to %s%s',
  pg_get_userbyid(d.defaclrole), n.nspname, a.privilege_type,
  case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
  case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
  case when a.is_grantable then ' with grant option' else '' end)
from pg_default_acl d join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a where d.oid = $1)";

struct Writer {
  Bond bond;
  std::string_view sql;
};

// In the order of the switch: what others may use first.
constexpr std::array writers{Writer{Bond::signature, signature_sql},
                             Writer{Bond::function, function_sql},
                             Writer{Bond::view, view_sql},
                             Writer{Bond::default_value, default_sql},
                             Writer{Bond::check, constraint_sql},
                             Writer{Bond::foreign_key, constraint_sql},
                             Writer{Bond::policy, policy_sql},
                             Writer{Bond::trigger, trigger_sql},
                             Writer{Bond::publication, publication_sql},
                             Writer{Bond::publication_of_schema, publication_of_schema_sql},
                             Writer{Bond::default_privileges, default_privileges_sql}};

// What was dropped or checked meanwhile needs nothing.
constexpr std::string_view unchecked_sql = R"(
select format('alter table %s validate constraint %I', k.conrelid::regclass, k.conname),
       pg_describe_object('pg_constraint'::regclass, k.oid, 0)
from slipway.unchecked u join pg_constraint k on k.conrelid = u.relation and k.conname = u.constraint_name
where u.name = $1 and not k.convalidated order by 1)";

// The two sides of a key: outside, and the candidate's table of live's name.
constexpr std::string_view orphans_sql = R"(
select format('select exists (select from %s o where %s and not exists (select from %I.%I n where %s))',
  k.conrelid::regclass,
  (select string_agg(format('o.%I is not null', a.attname), ' and ') from unnest(k.conkey) c join pg_attribute a
   on a.attrelid = k.conrelid and a.attnum = c),
  cn.nspname, r.relname,
  (select string_agg(format('n.%I = o.%I', f.attname, a.attname), ' and ')
   from unnest(k.conkey, k.confkey) c(own, far)
   join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.own
   join pg_attribute f on f.attrelid = k.confrelid and f.attnum = c.far))
from pg_constraint k join pg_class r on r.oid = k.confrelid join pg_namespace cn on cn.oid = $2
where k.oid = $1 and k.convalidated)";

}  // namespace

Result<Rebinding> read_rebinding(pg::Session& session, const std::vector<Dependent>& dependents) {
  Rebinding rebinding;
  // Whatever is named is named with its schema.
  TRY(session.script("set local search_path to ''"));
  for (const Writer& writer : writers) {
    for (const Dependent& one : dependents) {
      if (one.bond != writer.bond) continue;
      const bool plain =
          one.bond == Bond::publication && PQserverVersion(session.raw()) < publication_lists_version;
      const pg::Rows rows = TRY(session.query(plain ? old_publication_sql : writer.sql, {one.oid}));
      for (int row = 0; row < rows.size(); ++row) {
        const long long step = rows.number(row, 0);
        auto& statements = step == 1 ? rebinding.before : step == 2 ? rebinding.after : rebinding.unchecked;
        statements.push_back(rows.string(row, 1));
      }
    }
  }
  return rebinding;
}

Done remember_unchecked(pg::Session& session, const std::string& name,
                        const std::vector<std::string>& unchecked) {
  for (const std::string& one : unchecked)
    TRY(session.script(
        fmt::format("insert into slipway.unchecked (name, relation, constraint_name) values ({}, {}) "
                    "on conflict do nothing",
                    pg::literal(name), one)));
  return {};
}

Done check_unchecked(pg::Session& session, const std::string& name) {
  const pg::Rows checks = TRY(session.query(unchecked_sql, {name}));
  for (int row = 0; row < checks.size(); ++row) {
    const Result<pg::Rows> checked = session.script(checks.string(row, 0));
    if (!checked)
      return fail("{} cannot hold over the new rows", checks.string(row, 1))
          .because(checked.error())
          .next("Remove or change the rows that it names.");
  }
  TRY(session.query("delete from slipway.unchecked where name = $1", {name}));
  return {};
}

Result<std::vector<std::string>> orphans(pg::Session& session, const std::vector<Dependent>& dependents,
                                         const SchemaPair& pair) {
  std::vector<std::string> found;
  for (const Dependent& one : dependents) {
    if (one.bond != Bond::foreign_key) continue;
    const pg::Rows asked = TRY(session.query(orphans_sql, {one.oid, pair.candidate}));
    if (asked.empty()) continue;
    const pg::Rows answer = TRY(session.query(asked.text(0, 0)));
    if (answer.truth(0, 0)) found.push_back(one.what);
  }
  return found;
}

}  // namespace slipway::swap
