// The queries that read a snapshot's structure from the catalog. Each gives rows (object, definition, what it
// goes with) for one kind of shape.hpp, and takes the snapshot's schema as $1, empty where the whole database
// is the snapshot. They run with a search_path of that schema alone, so that the server names what is inside
// relative to it.
#pragma once

#include <string_view>
#include <vector>

namespace slipway::swap {

enum class Reach { anything, whole_database };  // whole_database: means nothing for a single schema

struct CatalogQuery {
  std::string_view kind;
  std::string_view sql;  // follows scope_sql
  Reach reach = Reach::anything;
};

// Common to all: `n`, the snapshot's schemas, and `c`, its relations, each with its name relative to the
// snapshot. Without what belongs to an extension, whose version says it all, and without Slipway's own.
inline constexpr std::string_view scope_sql = R"(
with n as (
  select oid, nspname, nspowner, nspacl, case when $1 = '' then quote_ident(nspname) || '.' else '' end as prefix
  from pg_namespace
  where case when $1 = '' then nspname !~ '^(pg_|information_schema$|slipway$|slipway_)' else nspname = $1 end
), extended as (
  select classid, objid from pg_depend where deptype = 'e'
), c as (
  select c.*, n.prefix || quote_ident(c.relname) as name, n.nspname from pg_class c join n on n.oid = c.relnamespace
  where c.relname !~ '^slipway_'
    and not exists (select from extended e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
)
)";

std::vector<CatalogQuery> relation_queries();
std::vector<CatalogQuery> code_queries();
std::vector<CatalogQuery> rights_queries();
std::vector<CatalogQuery> database_queries();

}  // namespace slipway::swap
