// Which schema everything in a database lies in, the parts of tables, views and types included: the common
// table expression that this folder's queries about dependencies begin with. For PostgreSQL 13 and newer.
#pragma once

#include <string_view>

namespace slipway::swap {

// object(classid, objid, namespace)
inline constexpr std::string_view objects_cte = R"(
with recursive object(classid, objid, namespace) as materialized (
  select 'pg_class'::regclass::oid, oid, relnamespace from pg_class
  union all select 'pg_type'::regclass, oid, typnamespace from pg_type
  union all select 'pg_proc'::regclass, oid, pronamespace from pg_proc
  union all select 'pg_operator'::regclass, oid, oprnamespace from pg_operator
  union all select 'pg_opclass'::regclass, oid, opcnamespace from pg_opclass
  union all select 'pg_opfamily'::regclass, oid, opfnamespace from pg_opfamily
  union all select 'pg_amop'::regclass, a.oid, f.opfnamespace from pg_amop a join pg_opfamily f on f.oid = a.amopfamily
  union all select 'pg_amproc'::regclass, a.oid, f.opfnamespace from pg_amproc a join pg_opfamily f on f.oid = a.amprocfamily
  union all select 'pg_collation'::regclass, oid, collnamespace from pg_collation
  union all select 'pg_conversion'::regclass, oid, connamespace from pg_conversion
  union all select 'pg_ts_config'::regclass, oid, cfgnamespace from pg_ts_config
  union all select 'pg_ts_dict'::regclass, oid, dictnamespace from pg_ts_dict
  union all select 'pg_ts_parser'::regclass, oid, prsnamespace from pg_ts_parser
  union all select 'pg_ts_template'::regclass, oid, tmplnamespace from pg_ts_template
  union all select 'pg_statistic_ext'::regclass, oid, stxnamespace from pg_statistic_ext
  union all select 'pg_constraint'::regclass, oid, connamespace from pg_constraint
  union all select 'pg_rewrite'::regclass, w.oid, c.relnamespace from pg_rewrite w join pg_class c on c.oid = w.ev_class
  union all select 'pg_trigger'::regclass, g.oid, c.relnamespace from pg_trigger g join pg_class c on c.oid = g.tgrelid
  union all select 'pg_attrdef'::regclass, d.oid, c.relnamespace from pg_attrdef d join pg_class c on c.oid = d.adrelid
  union all select 'pg_policy'::regclass, p.oid, c.relnamespace from pg_policy p join pg_class c on c.oid = p.polrelid
  union all select 'pg_cast'::regclass, k.oid, t.typnamespace from pg_cast k join pg_type t
    on t.oid in (k.castsource, k.casttarget) where t.typnamespace <> 'pg_catalog'::regnamespace
))";

}  // namespace slipway::swap
