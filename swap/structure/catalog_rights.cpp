// Who owns what, who may do what, and what comments say of it.
#include "swap/structure/catalog.hpp"

namespace slipway::swap {
namespace {

// A missing ACL is the default one; whoever owns a thing is called so, as owners are a kind of their own.
constexpr std::string_view grants = R"(
, things as (
  select case when $1 = '' then 'schema ' || quote_ident(nspname) else 'the schema' end as thing, nspowner as owner,
    coalesce(nspacl, acldefault('n', nspowner)) as acl, nspname::text as base from n
  union all
  select name, relowner, coalesce(relacl, acldefault((case relkind when 'S' then 's' else 'r' end)::"char", relowner)),
    name from c where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select name || '.' || quote_ident(attname), relowner, attacl,
    name || case when relkind in ('v', 'm') then '' else '.' || quote_ident(attname) end from c join pg_attribute on attrelid = c.oid
    where attacl is not null and not attisdropped
  union all
  select n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', proowner,
    coalesce(proacl, acldefault('f', proowner)),
    n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' from pg_proc p join n on n.oid = pronamespace
    where proname !~ '^slipway_' and not exists (select from extended e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
  union all
  select n.prefix || quote_ident(typname), typowner, typacl, n.prefix || quote_ident(typname) from pg_type t join n on n.oid = typnamespace
    where typacl is not null
  union all
  select 'new ' || case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
      when 'T' then 'types' else 'schemas' end || coalesce(' in ' || nullif(rtrim(n.prefix, '.'), ''), '') || ' of ' || quote_ident(rolname),
    defaclrole, defaclacl, coalesce(n.nspname, '') from pg_default_acl join pg_roles r on r.oid = defaclrole left join n on n.oid = defaclnamespace
    where n.oid is not null or (defaclnamespace = 0 and $1 = '')
)
select thing || ' to ' || case grantee when 0 then 'public' when owner then 'its owner' else
    (select quote_ident(rolname) from pg_roles where oid = grantee) end,
  string_agg(privilege_type || case when is_grantable then ' with grant option' else '' end, ', ' order by privilege_type), min(base)
from things cross join aclexplode(acl)
where grantee = 0 or exists (select from pg_roles where oid = grantee) group by 1
)";

constexpr std::string_view owners = R"(
select case when $1 = '' then 'schema ' || quote_ident(nspname) else 'the schema' end, pg_get_userbyid(nspowner), nspname from n
union all
select name, pg_get_userbyid(relowner), name from c where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
union all
select n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_userbyid(proowner),
  n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'
from pg_proc p join n on n.oid = pronamespace
where proname !~ '^slipway_' and not exists (select from extended e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')
union all
select 'type ' || n.prefix || quote_ident(typname), pg_get_userbyid(typowner),
  n.prefix || quote_ident(typname) from pg_type t join n on n.oid = typnamespace
where typtype in ('e', 'd', 'r') and not exists (select from extended e where e.classid = 'pg_type'::regclass and e.objid = t.oid)
)";

constexpr std::string_view comments = R"(
, commented as (
  select 'pg_class'::regclass as class, oid, name as base from c
  union all
  select 'pg_constraint'::regclass, k.oid, coalesce(c.name || '.' || quote_ident(conname), n.prefix || quote_ident(typname))
  from pg_constraint k join n on n.oid = connamespace left join c on c.oid = conrelid left join pg_type t on t.oid = contypid
  union all
  select 'pg_trigger'::regclass, t.oid, name || '.' || quote_ident(tgname) from pg_trigger t join c on c.oid = tgrelid
  union all
  select 'pg_policy'::regclass, p.oid, name || '.' || quote_ident(polname) from pg_policy p join c on c.oid = polrelid
  union all
  select 'pg_rewrite'::regclass, r.oid, name || '.' || quote_ident(rulename) from pg_rewrite r join c on c.oid = ev_class
  union all
  select 'pg_proc'::regclass, p.oid, n.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'
  from pg_proc p join n on n.oid = pronamespace where proname !~ '^slipway_'
  union all
  select 'pg_type'::regclass, t.oid, n.prefix || quote_ident(typname) from pg_type t join n on n.oid = typnamespace
)
select pg_describe_object(class, oid, objsubid), description,
  base || coalesce((select '.' || quote_ident(attname) from pg_attribute a join c on c.oid = attrelid
    where objsubid > 0 and attrelid = commented.oid and attnum = objsubid and relkind in ('r', 'p', 'f')), '')
from commented join pg_description on classoid = class and objoid = oid
where not exists (select from extended e where e.classid = class and e.objid = oid)
union all
select case when $1 = '' then 'schema ' || quote_ident(nspname) else 'the schema' end, description, nspname
from n join pg_description on classoid = 'pg_namespace'::regclass and objoid = n.oid
)";

}  // namespace

std::vector<CatalogQuery> rights_queries() {
  return {{"grants", grants}, {"owners", owners}, {"comments", comments}};
}

}  // namespace slipway::swap
