// What belongs to the database or its server, and what connected clients remember. Columns that not every
// version has are read through to_jsonb.
#include "swap/structure/catalog.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view published = R"(
select quote_ident(p.pubname) || ' of ' || n.prefix || quote_ident(p.tablename), concat_ws(' ',
  case when pubinsert then 'insert' end, case when pubupdate then 'update' end, case when pubdelete then 'delete' end,
  case when pubtruncate then 'truncate' end, case when pubviaroot then 'via root' end,
  'columns ' || (to_jsonb(p) ->> 'attnames'), 'where ' || (to_jsonb(p) ->> 'rowfilter')),
  n.prefix || quote_ident(p.tablename)
from pg_publication_tables p join pg_publication b on b.pubname = p.pubname join n on n.nspname = p.schemaname
where p.tablename !~ '^slipway_'
)";

constexpr std::string_view extensions = R"(
select quote_ident(extname), 'version ' || extversion || ' in ' || case when $1 = nspname then 'the schema' else quote_ident(nspname) end, ''
from pg_extension join pg_namespace x on x.oid = extnamespace
)";

constexpr std::string_view locale = R"(
select key, value, '' from pg_database d, lateral (values
  ('encoding', pg_encoding_to_char(encoding)), ('collate', to_jsonb(d) ->> 'datcollate'), ('ctype', to_jsonb(d) ->> 'datctype'),
  ('provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')),
  ('icu locale', coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale')),
  ('collation version', to_jsonb(d) ->> 'datcollversion')) as v(key, value)
where datname = current_database() and value is not null
)";

constexpr std::string_view collations = R"(
select 'collation ' || n.prefix || quote_ident(collname),
  (to_jsonb(c) - array['oid', 'collname', 'collnamespace', 'collowner', 'collencoding'])::text, n.nspname
from pg_collation c join n on n.oid = collnamespace
)";

constexpr std::string_view text_search = R"(
select 'configuration ' || n.prefix || quote_ident(cfgname), concat_ws(' ', cfgparser,
  (select string_agg(maptokentype || ':' || mapdict::regdictionary, ' ' order by maptokentype, mapseqno)
     from pg_ts_config_map where mapcfg = t.oid)), n.nspname
from pg_ts_config t join n on n.oid = cfgnamespace
union all
select 'dictionary ' || n.prefix || quote_ident(dictname), concat_ws(' ', tmplname, dictinitoption), n.nspname
from pg_ts_dict d join n on n.oid = dictnamespace join pg_ts_template m on m.oid = dicttemplate
where not exists (select from extended e where e.classid = 'pg_ts_dict'::regclass and e.objid = d.oid)
)";

// As the server has them, without what databases, roles and this session say: those are copied along.
constexpr std::string_view session_settings = R"(
select name, setting, '' from pg_settings
where name in ('TimeZone', 'DateStyle', 'IntervalStyle', 'default_text_search_config', 'lc_monetary', 'lc_numeric',
    'lc_time', 'bytea_output', 'xmlbinary', 'standard_conforming_strings', 'default_transaction_isolation')
  and source not in ('database', 'user', 'database user', 'client', 'session')
union all
select 'ALTER SYSTEM ' || name, setting, '' from pg_settings where sourcefile ~ 'postgresql\.auto\.conf$'
)";

constexpr std::string_view server_version =
    "select 'major', (current_setting('server_version_num')::int / 10000)::text, ''";

// In a fixed order of columns, for clients may read them by number.
constexpr std::string_view row_shapes = R"(
select 'rows of ' || name, string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum), name
from c join pg_attribute a on attrelid = c.oid where relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped
group by name
)";

// Types of the snapshot's own, and those of extensions where a column has them. A domain reaches clients as
// its base type.
constexpr std::string_view type_oids = R"(
, used as (
  select distinct case when t.typelem <> 0 and t.typlen = -1 then t.typelem else t.oid end as oid
  from c join pg_attribute a on attrelid = c.oid join pg_type t on t.oid = atttypid
  where relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped
)
select 'type ' || format_type(t.oid, null), 'OID ' || t.oid || ', of its array ' || t.typarray,
  case typtype when 'm' then coalesce(n.nspname, '') else format_type(t.oid, null) end
from pg_type t left join n on n.oid = typnamespace left join used u on u.oid = t.oid
where t.oid >= 16384 and typtype in ('b', 'e', 'c', 'r', 'm') and typname !~ '^slipway_'
  and not exists (select from pg_type o where o.typarray = t.oid)
  and (typrelid = 0 or exists (select from pg_class where oid = typrelid and relkind = 'c'))
  and (u.oid is not null or (n.oid is not null
    and not exists (select from extended e where e.classid = 'pg_type'::regclass and e.objid = t.oid)))
)";

}  // namespace

std::vector<CatalogQuery> database_queries() {
  return {{"publications", published},
          {"extensions", extensions, Reach::whole_database},
          {"collation", locale, Reach::whole_database},
          {"collation", collations},
          {"text_search", text_search},
          {"settings", session_settings, Reach::whole_database},
          {"server", server_version, Reach::whole_database},
          {"client_shape", row_shapes},
          {"client_shape", type_oids, Reach::whole_database}};
}

}  // namespace slipway::swap
