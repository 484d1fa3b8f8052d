#include "swap/schema/dependents.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "swap/schema/carried.hpp"
#include "swap/schema/objects.hpp"

namespace slipway::swap {
namespace {

constexpr std::size_t named_at_most = 20;

// Whatever name is shown is complete with its schema.
constexpr std::string_view full_names_sql = "set local search_path to ''";

// One row for each object and each thing that it uses. The log of a carried table stays with that table. $1
// live, $2 candidate, $3 the target's name.
constexpr std::string_view outward_sql = R"(
, family as (
  select oid from pg_namespace
  where nspname = $3 or nspname ~ '__[0-9]{8}T[0-9]{6}Z$' and left(nspname, -18) = $3
), edge as (
  select distinct d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
  from pg_depend d
  left join object r on r.classid = d.refclassid and r.objid = d.refobjid
  left join object o on o.classid = d.classid and o.objid = d.objid
  where (r.namespace = $1 or d.refclassid = 'pg_namespace'::regclass and d.refobjid = $1)
    and (o.namespace is null or o.namespace <> 'pg_toast'::regnamespace and o.namespace not in (select oid from family)
         and o.namespace is distinct from to_regnamespace('slipway_carry'))
), typed as (
  select t.oid, case when t.typnamespace in ($1, $2) then '' else n.nspname || '.' end || t.typname as name
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
), signature as (
  select p.oid, p.proname, p.pronamespace,
         (select string_agg(typed.name, ', ' order by a.place)
          from unnest(p.proargtypes::oid[]) with ordinality a(oid, place) join typed on typed.oid = a.oid) as arguments,
         exists (select from pg_type t where t.typnamespace = $1
                 and t.oid = any (p.prorettype || p.proargtypes::oid[] || coalesce(p.proallargtypes, '{}'))) as on_live
  from pg_proc p where p.pronamespace <> 'pg_catalog'::regnamespace
), subject as (
  select e.*, case
    when e.classid = 'pg_rewrite'::regclass and w.rulename = '_RETURN' and v.relkind = 'v' then 'view'
    when e.classid = 'pg_proc'::regclass and p.prokind <> 'a' then case when s.on_live then 'signature' else 'function' end
    when e.classid = 'pg_constraint'::regclass and k.conrelid <> 0 and (k.conparentid <> 0 or k.coninhcount > 0) then 'part'
    when e.classid = 'pg_constraint'::regclass and k.conrelid <> 0 and k.contype = 'f' then 'foreign key'
    when e.classid = 'pg_constraint'::regclass and k.conrelid <> 0 and k.contype = 'c' then 'check'
    when e.classid = 'pg_attrdef'::regclass and a.attgenerated = '' then 'default'
    when e.classid = 'pg_policy'::regclass then 'policy'
    when e.classid = 'pg_trigger'::regclass then case when g.tgisinternal or g.tgparentid <> 0 then 'part' else 'trigger' end
    when e.classid = 'pg_publication_rel'::regclass then 'publication'
    when e.classid = to_regclass('pg_catalog.pg_publication_namespace') then 'publication of schema'
    when e.classid = 'pg_default_acl'::regclass then 'default privileges'
    else 'other' end as bond,
    v.oid as view, t.oid as tab, coalesce(v.relnamespace, p.pronamespace) as home,
    coalesce(t.relowner, p.proowner, u.pubowner, da.defaclrole) as owner
  from edge e
  left join pg_rewrite w on e.classid = 'pg_rewrite'::regclass and w.oid = e.objid
  left join pg_class v on v.oid = w.ev_class
  left join pg_proc p on e.classid = 'pg_proc'::regclass and p.oid = e.objid
  left join signature s on s.oid = p.oid
  left join pg_constraint k on e.classid = 'pg_constraint'::regclass and k.oid = e.objid
  left join pg_attrdef d on e.classid = 'pg_attrdef'::regclass and d.oid = e.objid
  left join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  left join pg_policy y on e.classid = 'pg_policy'::regclass and y.oid = e.objid
  left join pg_trigger g on e.classid = 'pg_trigger'::regclass and g.oid = e.objid
  left join pg_publication_rel pr on e.classid = 'pg_publication_rel'::regclass and pr.oid = e.objid
  left join pg_publication u on u.oid = pr.prpubid
  left join pg_default_acl da on e.classid = 'pg_default_acl'::regclass and da.oid = e.objid
  left join pg_class t on t.oid = coalesce(v.oid, nullif(k.conrelid, 0), d.adrelid, y.polrelid, g.tgrelid)
)
select s.bond, coalesce(s.view, s.objid)::text,
  case when s.view is not null then pg_describe_object('pg_class'::regclass, s.view, 0)
       when s.bond = 'other' then pg_describe_object(s.classid, s.objid, s.objsubid)
       else pg_describe_object(s.classid, s.objid, 0) end,
  s.tab::text,
  case when s.bond = 'publication of schema' then (select rolsuper from pg_roles where rolname = current_user)
       else s.owner is null or pg_has_role(current_user, s.owner, 'usage') end,
  case
    when s.bond = 'other' or s.view is not null and s.bond <> 'view' then
      format('it hangs on %s', pg_describe_object(s.refclassid, s.refobjid, s.refobjsubid))
    when s.bond in ('view', 'function', 'signature') and not has_schema_privilege(s.home, 'create')
      and pg_has_role(current_user, s.owner, 'usage') then
      format('role %I may not make it anew: it needs CREATE on schema %s', current_user, s.home::regnamespace)
    when s.bond = 'signature' and exists (select from pg_depend d where d.refclassid = 'pg_proc'::regclass
      and d.refobjid = s.objid and d.deptype in ('n', 'a')) then
      'its arguments or result are typed on live''s schema, and something else hangs on it in turn'
    when s.refclassid = 'pg_class'::regclass then case
      when lc.relkind in ('i', 'I') then null
      when cc.oid is null then format('the candidate has no %s', lc.relname)
      when la.attname is not null and ca.attname is null then format('the candidate''s %s has no column %s', lc.relname, la.attname)
      when s.bond in ('view', 'function', 'signature')
        and (lt.name, la.atttypmod, la.attcollation) is distinct from (ct.name, ca.atttypmod, ca.attcollation)
        then format('column %s.%s is %s in live and %s in the candidate', lc.relname, la.attname,
                    format_type(la.atttypid, la.atttypmod), format_type(ca.atttypid, ca.atttypmod)) end
    when s.refclassid = 'pg_proc'::regclass then case when not exists (
      select from signature l join signature c on c.proname = l.proname and c.arguments is not distinct from l.arguments
      where l.oid = s.refobjid and c.pronamespace = $2)
      then format('the candidate has no %s', pg_describe_object(s.refclassid, s.refobjid, 0)) end
    when s.refclassid = 'pg_type'::regclass then case when not exists (
      select from pg_type l join pg_type c on c.typname = l.typname where l.oid = s.refobjid and c.typnamespace = $2)
      then format('the candidate has no %s', pg_describe_object(s.refclassid, s.refobjid, 0)) end
    when s.refclassid in ('pg_constraint'::regclass, 'pg_namespace'::regclass) then null
    else format('it uses %s', pg_describe_object(s.refclassid, s.refobjid, s.refobjsubid)) end
from subject s
left join pg_class lc on s.refclassid = 'pg_class'::regclass and lc.oid = s.refobjid
left join pg_class cc on cc.relnamespace = $2 and cc.relname = lc.relname
left join pg_attribute la on la.attrelid = lc.oid and la.attnum = s.refobjsubid and s.refobjsubid > 0
left join pg_attribute ca on ca.attrelid = cc.oid and ca.attname = la.attname and not ca.attisdropped
left join typed lt on lt.oid = la.atttypid
left join typed ct on ct.oid = ca.atttypid
where s.bond <> 'part'
order by s.bond, 3, s.objid, 6)";

// $1 candidate, $2 the target's name.
constexpr std::string_view inward_sql = R"(
, family as (
  select oid from pg_namespace
  where oid <> $1 and (nspname = $2 or nspname ~ '__[0-9]{8}T[0-9]{6}Z$' and left(nspname, -18) = $2)
)
select distinct coalesce(pg_describe_object('pg_class'::regclass, w.ev_class, 0),
                         pg_describe_object(d.classid, d.objid, d.objsubid)),
       pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
from pg_depend d
join object o on o.classid = d.classid and o.objid = d.objid and o.namespace = $1
join object r on r.classid = d.refclassid and r.objid = d.refobjid and r.namespace in (select oid from family)
left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
left join pg_trigger g on d.classid = 'pg_trigger'::regclass and g.oid = d.objid
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
where not coalesce(g.tgisinternal, false) and coalesce(k.conparentid, 0) = 0
order by 1, 2)";

// What can go with its schema in silence is not named: a publication's entry, default privileges, the logs of
// its carried tables.
constexpr std::string_view hanging_sql = R"(
select distinct coalesce(pg_describe_object('pg_class'::regclass, w.ev_class, 0),
                         pg_describe_object(d.classid, d.objid, 0))
from pg_depend d
join object r on r.classid = d.refclassid and r.objid = d.refobjid and r.namespace = $1
left join object o on o.classid = d.classid and o.objid = d.objid
left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
left join pg_trigger g on d.classid = 'pg_trigger'::regclass and g.oid = d.objid
where (o.namespace is null or o.namespace not in ($1, 'pg_toast'::regnamespace)) and not coalesce(g.tgisinternal, false)
  and d.classid <> 'pg_default_acl'::regclass and o.namespace is distinct from to_regnamespace('slipway_carry')
order by 1)";

constexpr std::array bonds{std::pair{std::string_view("view"), Bond::view},
                           std::pair{std::string_view("function"), Bond::function},
                           std::pair{std::string_view("signature"), Bond::signature},
                           std::pair{std::string_view("foreign key"), Bond::foreign_key},
                           std::pair{std::string_view("check"), Bond::check},
                           std::pair{std::string_view("default"), Bond::default_value},
                           std::pair{std::string_view("policy"), Bond::policy},
                           std::pair{std::string_view("trigger"), Bond::trigger},
                           std::pair{std::string_view("publication"), Bond::publication},
                           std::pair{std::string_view("publication of schema"), Bond::publication_of_schema},
                           std::pair{std::string_view("default privileges"), Bond::default_privileges}};

Bond bond_named(std::string_view name) {
  const auto* const found =
      std::find_if(bonds.begin(), bonds.end(), [&](const auto& one) { return one.first == name; });
  return found == bonds.end() ? Bond::other : found->second;
}

// Within the transaction that is open, or in one of its own.
Result<pg::Rows> query_with_full_names(pg::Session& session, std::string_view sql,
                                       const std::vector<pg::Parameter>& parameters) {
  const std::string whole = std::string(objects_cte) + std::string(sql);
  if (session.in_transaction()) {
    TRY(session.script(full_names_sql));
    return session.query(whole, parameters);
  }
  pg::Transaction transaction = TRY(pg::Transaction::begin(session, "read only"));
  TRY(session.script(full_names_sql));
  pg::Rows rows = TRY(session.query(whole, parameters));
  TRY(transaction.commit());
  return rows;
}

std::string text_or_empty(const pg::Rows& rows, int row, int column) {
  return rows.is_null(row, column) ? std::string() : rows.string(row, column);
}

}  // namespace

Result<std::vector<Dependent>> read_dependents(pg::Session& session, const SchemaPair& pair) {
  const pg::Rows rows =
      TRY(query_with_full_names(session, outward_sql, {pair.live, pair.candidate, pair.name}));
  std::vector<Dependent> found;
  for (int row = 0; row < rows.size(); ++row) {
    const Bond bond = bond_named(rows.text(row, 0));
    const bool known = !found.empty() && found.back().bond == bond && found.back().oid == rows.text(row, 1) &&
                       found.back().what == rows.text(row, 2);
    if (!known)
      found.push_back({bond,
                       rows.string(row, 1),
                       rows.string(row, 2),
                       text_or_empty(rows, row, 3),
                       rows.truth(row, 4),
                       {}});
    const std::string problem = text_or_empty(rows, row, 5);
    std::vector<std::string>& problems = found.back().problems;
    if (!problem.empty() && std::find(problems.begin(), problems.end(), problem) == problems.end())
      problems.push_back(problem);
  }
  return found;
}

Result<std::vector<Inward>> read_inward(pg::Session& session, const SchemaPair& pair) {
  const pg::Rows rows = TRY(query_with_full_names(session, inward_sql, {pair.candidate, pair.name}));
  std::vector<Inward> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back({rows.string(row, 0), rows.string(row, 1)});
  return found;
}

Result<std::vector<std::string>> hanging_on(pg::Session& session, const std::string& schema_oid) {
  const pg::Rows rows = TRY(query_with_full_names(session, hanging_sql, {schema_oid}));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

RebindPlan plan_rebind(std::vector<Dependent> dependents, const std::vector<Inward>& inward) {
  RebindPlan plan;
  for (const Inward& one : inward)
    plan.refused.push_back(
        fmt::format("{} of the candidate hangs on {}, which is not part of it", one.what, one.on));
  for (Dependent& one : dependents) {
    for (const std::string& problem : one.problems)
      plan.refused.push_back(fmt::format("{}: {}", one.what, problem));
    if (!one.problems.empty()) continue;
    if (one.ours)
      plan.rebind.push_back(std::move(one));
    else if (one.bond == Bond::publication_of_schema)
      plan.refused.push_back(fmt::format("{}: only a superuser may publish a schema", one.what));
    else
      plan.refused.push_back(fmt::format("{}: it belongs to a role that ours is no member of", one.what));
  }
  return plan;
}

Result<RebindPlan> rebind_plan(pg::Session& session, const SchemaPair& pair,
                               const std::vector<std::string>& carry) {
  RebindPlan plan = plan_rebind(TRY(read_dependents(session, pair)), TRY(read_inward(session, pair)));
  TRY(refuse_what_needs_carried(session, pair, carry, plan));
  return plan;
}

Done refusal_of(const RebindPlan& plan) {
  if (plan.refused.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(plan.refused.size(), named_at_most); ++i)
    names += (i == 0 ? "" : "; ") + plan.refused[i];
  if (plan.refused.size() > named_at_most)
    names += fmt::format("; and {} more", plan.refused.size() - named_at_most);
  return error(Kind::refused, "what hangs together across the schema's border cannot go along: {}", names)
      .next(
          "Drop or change what is named, or make it part of the pipeline's schema files, so that each "
          "snapshot has its own.");
}

}  // namespace slipway::swap
