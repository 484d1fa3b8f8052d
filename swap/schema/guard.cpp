#include "swap/schema/guard.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "swap/schema/catalog.hpp"
#include "swap/schema/dependents.hpp"
#include "swap/schema/objects.hpp"

namespace slipway::swap {
namespace {

constexpr std::size_t named_at_most = 10;

constexpr std::array catalogs{
    "pg_class",           "pg_type",        "pg_proc",        "pg_constraint",
    "pg_rewrite",         "pg_trigger",     "pg_attrdef",     "pg_policy",
    "pg_namespace",       "pg_extension",   "pg_publication", "pg_event_trigger",
    "pg_foreign_server",  "pg_cast",        "pg_operator",    "pg_opclass",
    "pg_opfamily",        "pg_collation",   "pg_conversion",  "pg_ts_config",
    "pg_ts_dict",         "pg_ts_parser",   "pg_ts_template", "pg_statistic_ext",
    "pg_publication_rel", "pg_default_acl", "pg_language",    "pg_foreign_data_wrapper"};

// outside(classid, objid, xid): every row of these catalogs that is none of the snapshot's, $1.
std::string outside_cte() {
  std::string sql(objects_cte);
  sql += ", one(classid, objid, xid) as (";
  for (const char* const catalog : catalogs) {
    if (catalog != catalogs.front()) sql += " union all ";
    sql += fmt::format("select '{0}'::regclass::oid, oid, xmin from {0}", catalog);
  }
  return sql + R"(), outside as (
  select one.* from one left join object o using (classid, objid)
  where one.objid >= 16384 and o.namespace is distinct from $1 and o.namespace is distinct from 'pg_toast'::regnamespace
    and (one.classid, one.objid) <> ('pg_namespace'::regclass, $1::oid)
    and not exists (select from pg_namespace t where t.nspname ~ '^pg_(toast_)?temp_'
                    and t.oid in (o.namespace, case when one.classid = 'pg_namespace'::regclass then one.objid end))
    and not exists (select from pg_trigger g where one.classid = 'pg_trigger'::regclass and g.oid = one.objid and g.tgisinternal)
    and not exists (select from pg_default_acl d where one.classid = 'pg_default_acl'::regclass and d.oid = one.objid and d.defaclnamespace = $1)
)
)";
}

// A row that is seen here, and whose transaction has not ended, is of ours.
constexpr std::string_view ours_sql = R"(
, own as (select pg_current_xact_id() as id)
select pg_describe_object(classid, objid, 0), classid, objid from outside, own
where age(xid) <= age(own.id::xid)
  and pg_xact_status((own.id::text::bigint + age(own.id::xid) - age(xid))::text::xid8) = 'in progress'
order by classid, objid)";

constexpr std::string_view all_sql =
    "select classid, objid, pg_describe_object(classid, objid, 0) from outside";

// Whoever writes or alters a table holds its lock until the end; so does whoever drops something.
constexpr std::string_view locks_sql = R"(
select distinct coalesce(l.classid, 'pg_class'::regclass), coalesce(l.relation, l.objid), l.locktype = 'relation'
from pg_locks l left join pg_class c on l.locktype = 'relation' and c.oid = l.relation
where l.pid = pg_backend_pid() and l.granted and l.locktype in ('relation', 'object')
  and l.database = (select oid from pg_database where datname = current_database())
  and l.mode not in ('AccessShareLock', 'RowShareLock') and coalesce(l.relation, l.objid) >= 16384
  and c.relnamespace is distinct from $1)";

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), named_at_most); ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > named_at_most) text += fmt::format(", and {} more", names.size() - named_at_most);
  return text;
}

Result<std::string> oid_of(pg::Session& session, const std::string& schema) {
  const std::optional<SchemaEntry> entry = TRY(find_schema(session, schema));
  if (!entry) return fail("schema {} is gone", schema);
  return std::to_string(entry->oid);
}

}  // namespace

Done SchemaGuard::begins(pg::Session& session) {
  const std::string own = TRY(oid_of(session, snapshot_));
  const pg::Rows rows = TRY(session.query(outside_cte() + std::string(all_sql), {own}));
  for (int row = 0; row < rows.size(); ++row)
    before_[{rows.string(row, 0), rows.string(row, 1)}] = rows.string(row, 2);
  return {};
}

Done SchemaGuard::ends(pg::Session& session) {
  const std::string own = TRY(oid_of(session, snapshot_));
  std::set<Key> now;
  const pg::Rows all = TRY(session.query(outside_cte() + std::string(all_sql), {own}));
  for (int row = 0; row < all.size(); ++row) now.insert({all.string(row, 0), all.string(row, 1)});
  std::set<Key> named;
  std::vector<std::string> touched;
  const auto name = [&](const Key& key, const std::string& what) {
    if (named.insert(key).second) touched.push_back(what);
  };
  const pg::Rows locks = TRY(session.query(locks_sql, {own}));
  for (int row = 0; row < locks.size(); ++row) {
    const Key key{locks.string(row, 0), locks.string(row, 1)};
    const auto known = before_.find(key);
    if (known == before_.end()) continue;  // made here, or not ours to judge
    if (!now.contains(key))
      name(key, known->second + " (dropped)");
    else if (locks.truth(row, 2))
      name(key, known->second + " (changed or written)");
  }
  const pg::Rows ours = TRY(session.query(outside_cte() + std::string(ours_sql), {own}));
  for (int row = 0; row < ours.size(); ++row) {
    const Key key{ours.string(row, 1), ours.string(row, 2)};
    name(key, ours.string(row, 0) + (before_.contains(key) ? " (changed)" : " (made)"));
  }
  for (const Inward& one : TRY(read_inward(session, {target_, "0", own})))
    touched.push_back(fmt::format("{} (the snapshot's {} hangs on it)", one.on, one.what));
  if (touched.empty()) return {};
  return error(Kind::usage, "the schema files touch what lies outside the snapshot's schema {}: {}",
               snapshot_, list(touched))
      .next(
          "Leave the schema's name out: what has none goes into the snapshot. Extensions, roles and what "
          "snapshots share are made once, by hand.");
}

}  // namespace slipway::swap
