// What runs inside the server: views, functions, triggers, rules and row security.
#include "swap/structure/catalog.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view views = R"(
select name, concat_ws(' ', case relkind when 'm' then 'materialized' end,
  'with (' || array_to_string(reloptions, ', ') || ')', case when not relispopulated then 'not populated' end,
  pg_get_viewdef(oid, true)), nspname
from c where relkind in ('v', 'm')
)";

// pg_get_functiondef begins with the qualified name, which is left out, and refuses aggregates.
constexpr std::string_view functions = R"(
select n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', case
  when prokind = 'a' then (select concat_ws(' ', 'aggregate', 'state', aggtransfn, format_type(aggtranstype, null), 'final',
    nullif(aggfinalfn::oid, 0)::regproc, 'initial', agginitval) from pg_aggregate where aggfnoid = p.oid)
  else case prokind when 'p' then 'procedure ' else 'function ' end
    || substr(pg_get_functiondef(p.oid), strpos(pg_get_functiondef(p.oid), '(')) end, n.nspname
from pg_proc p join n on n.oid = pronamespace
where proname !~ '^slipway_'
  and not exists (select from extended e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
)";

constexpr std::string_view triggers = R"(
select name || '.' || quote_ident(tgname), concat_ws(' ', pg_get_triggerdef(t.oid, true),
  case tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end), name
from pg_trigger t join c on c.oid = tgrelid where not tgisinternal and tgname !~ '^slipway_'
)";

constexpr std::string_view event_triggers = R"(
select 'event trigger ' || evtname, concat_ws(' ', evtevent, array_to_string(evttags, ', '), evtfoid::regproc, evtenabled), ''
from pg_event_trigger t where evtname !~ '^slipway_'
  and not exists (select from extended e where e.classid = 'pg_event_trigger'::regclass and e.objid = t.oid)
)";

constexpr std::string_view rules = R"(
select name || '.' || quote_ident(rulename), concat_ws(' ', pg_get_ruledef(r.oid, true), nullif(ev_enabled, 'O')), name
from pg_rewrite r join c on c.oid = ev_class where rulename <> '_RETURN'
)";

constexpr std::string_view row_security = R"(
select 'row security of ' || name, case when relforcerowsecurity then 'forced' else 'enabled' end, name from c where relrowsecurity
union all
select name || '.' || quote_ident(polname), concat_ws(' ', case when polpermissive then 'permissive' else 'restrictive' end,
  polcmd, 'to', (select string_agg(coalesce(rolname, 'public'), ', ' order by rolname) from unnest(polroles) as u(role)
    left join pg_roles on oid = role),
  'using (' || pg_get_expr(polqual, polrelid) || ')', 'check (' || pg_get_expr(polwithcheck, polrelid) || ')'), name
from pg_policy join c on c.oid = polrelid
)";

}  // namespace

std::vector<CatalogQuery> code_queries() {
  return {{"views", views},       {"functions", functions},
          {"triggers", triggers}, {"triggers", event_triggers, Reach::whole_database},
          {"rules", rules},       {"row_security", row_security}};
}

}  // namespace slipway::swap
