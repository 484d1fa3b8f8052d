#include "swap/carry/tables.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/config/pattern.hpp"
#include "base/pg/identifier.hpp"
#include "swap/carry/names.hpp"

namespace slipway::swap::carry {

using nlohmann::json;

namespace {

// $1: the schema that is the snapshot, or empty. Types made by users have another OID in every database, and
// binary COPY of arrays and rows carries OIDs; the reg… types are OIDs altogether.
constexpr std::string_view tables_sql = R"(
select c.oid,
  case when $1 <> '' or n.nspname = 'public' then c.relname::text else n.nspname || '.' || c.relname end as label,
  format('%I.%I', n.nspname, c.relname) as sql, c.relkind = 'p' as partitioned,
  (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'portable', a.atttypid < 16384 and format_type(a.atttypid, null) !~ '^reg',
      'generated', a.attgenerated <> '',
      'required', a.attnotnull and not a.atthasdef and a.attidentity = '') order by a.attnum), '[]')
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select coalesce(json_agg(json_build_object('name', a.attname,
      'equals', format('operator(%I.%s)', sn.nspname, o.oprname)) order by k.n), '[]')
    from pg_index i
    cross join lateral unnest(i.indkey::int2[], i.indclass::oid[]) with ordinality k(attnum, opclass, n)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    join pg_opclass oc on oc.oid = k.opclass
    join pg_amop am on am.amopfamily = oc.opcfamily and am.amopstrategy = 3
      and am.amoplefttype = oc.opcintype and am.amoprighttype = oc.opcintype
    join pg_operator o on o.oid = am.amopopr join pg_namespace sn on sn.oid = o.oprnamespace
    where i.indrelid = c.oid and i.indisprimary and k.n <= i.indnkeyatts) as key,
  (select json_agg(format('%I.%I', rn.nspname, r.relname) order by r.oid <> c.oid, rn.nspname, r.relname)
    from pg_class r join pg_namespace rn on rn.oid = r.relnamespace
    where r.oid = c.oid or c.relkind = 'p' and r.oid in (select relid from pg_partition_tree(c.oid))) as relations,
  case
    when c.relhasrules then 'it has rules'
    when c.relkind = 'r' and exists (select from pg_inherits where inhparent = c.oid) then 'other tables inherit from it'
    when exists (select from pg_inherits where inhrelid = c.oid) then 'it inherits from another table'
    when not pg_has_role(c.relowner, 'usage') then
      format('it belongs to %s, and %s may not act for that role', pg_get_userbyid(c.relowner), current_user)
    when c.relforcerowsecurity and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)
      then 'its row security is forced on its owner too'
    else '' end as obstacle,
  (select coalesce(sum(pg_total_relation_size(r.oid)), 0) from pg_class r
    where r.oid = c.oid or c.relkind = 'p' and r.oid in (select relid from pg_partition_tree(c.oid))) as bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
  and case when $1 = '' then n.nspname not in ('pg_catalog', 'information_schema', 'slipway_carry', 'slipway_inputs')
      and n.nspname !~ '^pg_' else n.nspname = $1 end
  and c.relname <> 'slipway_manifest'
order by 2
)";

Table table_of(const pg::Rows& rows, int row) {
  Table table;
  table.oid = rows.number(row, 0);
  table.label = rows.string(row, 1);
  table.sql = rows.string(row, 2);
  table.partitioned = rows.truth(row, 3);
  for (const json& one : json::parse(rows.text(row, 4)))
    table.columns.push_back(
        {one.at("name"), one.at("type"), one.at("portable"), one.at("generated"), one.at("required")});
  for (const json& one : json::parse(rows.text(row, 5)))
    table.key.push_back({one.at("name"), one.at("equals")});
  table.relations = json::parse(rows.text(row, 6)).get<std::vector<std::string>>();
  table.obstacle = rows.string(row, 7);
  table.bytes = rows.number(row, 8);
  return table;
}

}  // namespace

const Column* Table::column(const std::string& wanted) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& one) { return one.name == wanted; });
  return found == columns.end() ? nullptr : &*found;
}

Result<std::vector<Table>> tables_of(pg::Session& session, const Place& place,
                                     const std::vector<std::string>& patterns) {
  const pg::Rows rows = TRY(session.query(tables_sql, {place.schema}));
  std::vector<Table> found;
  for (int row = 0; row < rows.size(); ++row) {
    const std::string label = rows.string(row, 1);
    if (std::any_of(patterns.begin(), patterns.end(),
                    [&](const std::string& p) { return config::matches(p, label); }))
      found.push_back(table_of(rows, row));
  }
  return found;
}

Done count(pg::Session& session, std::vector<Table>& tables) {
  for (Table& table : tables)
    table.rows = TRY(session.query(fmt::format("select count(*) from (select from {} limit {}) one",
                                               table.sql, small_rows_max + 1)))
                     .number(0, 0);
  return {};
}

}  // namespace slipway::swap::carry
