// Drops a schema without CASCADE: it would take along whatever else hangs on it, live's views among it.
#include "base/pg/identifier.hpp"
#include "swap/names.hpp"
#include "swap/schema/catalog.hpp"
#include "swap/schema/dependents.hpp"
#include "swap/schema/objects.hpp"

namespace slipway::swap {
namespace {

constexpr int rounds_at_most = 100;
constexpr std::size_t named_at_most = 10;

constexpr std::string_view keys_sql = R"(
select format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint
where connamespace = $1 and contype = 'f' and conparentid = 0 and conrelid <> 0)";

// Of everything in it, what depends on others first: views before
// tables, tables before the functions that their defaults call, types last.
constexpr std::string_view objects_sql = R"(
select format('drop %s if exists %s', case i.type when 'composite type' then 'type' when 'domain' then 'type'
                            when 'statistics object' then 'statistics' else i.type end, i.identity)
from object o
left join pg_class c on o.classid = 'pg_class'::regclass and c.oid = o.objid
left join pg_type t on o.classid = 'pg_type'::regclass and t.oid = o.objid
left join pg_class tc on tc.oid = t.typrelid,
lateral pg_identify_object(o.classid, o.objid, 0) i
where o.namespace = $1
  and o.classid not in ('pg_constraint'::regclass, 'pg_rewrite'::regclass, 'pg_trigger'::regclass,
    'pg_attrdef'::regclass, 'pg_policy'::regclass, 'pg_amop'::regclass, 'pg_amproc'::regclass)
  and (c.oid is null or c.relkind not in ('i', 'I', 't', 'c') and not c.relispartition)
  and (t.oid is null or (t.typrelid = 0 or tc.relkind = 'c')
    and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'i'
                    and d.refclassid = 'pg_type'::regclass))
  and not exists (select from pg_depend d where d.classid = o.classid and d.objid = o.objid and d.objsubid = 0
                  and d.deptype in ('a', 'i') and d.refclassid = 'pg_class'::regclass and c.relkind = 'S')
order by case when c.relkind in ('v', 'm') then 1 when c.relkind = 'S' then 3 when c.oid is not null then 2
              when o.classid = 'pg_proc'::regclass then 4 when t.oid is null then 5 else 6 end, o.objid desc)";

// Whether it went; what something else still needs is tried again.
Result<bool> drop_one(pg::Session& session, const std::string& statement, std::string& why) {
  TRY(session.script("savepoint slipway_drop"));
  const Result<pg::Rows> dropped = session.script(statement);
  if (dropped) {
    TRY(session.script("release savepoint slipway_drop"));
    return true;
  }
  constexpr std::string_view dependent_objects = "2BP01";
  if (dropped.error().sqlstate() != dependent_objects) return dropped.error();
  why = dropped.error().summary();
  TRY(session.script("rollback to savepoint slipway_drop; release savepoint slipway_drop"));
  return false;
}

Done drop_all(pg::Session& session, std::vector<std::string> left, const std::string& schema) {
  std::string why;
  for (int round = 0; round < rounds_at_most && !left.empty(); ++round) {
    std::vector<std::string> still;
    for (const std::string& statement : left)
      if (!TRY(drop_one(session, statement, why))) still.push_back(statement);
    if (still.size() == left.size()) break;
    left = std::move(still);
  }
  if (left.empty()) return {};
  return fail("{} things in schema {} cannot be dropped: {}", left.size(), schema, why);
}

// What its build made for itself, and had no time to drop.
Done drop_own_schemas(pg::Session& session, const SchemaEntry& schema) {
  const pg::Rows found =
      TRY(session.query("select nspname from pg_namespace where starts_with(nspname, $1 || '_')",
                        {own_schemas_of(schema.name)}));
  for (int row = 0; row < found.size(); ++row)
    TRY(session.script("drop schema " + pg::quoted(found.text(row, 0)) + " cascade"));
  return {};
}

Done refuse_what_hangs(pg::Session& session, const SchemaEntry& schema) {
  const std::vector<std::string> hanging = TRY(hanging_on(session, std::to_string(schema.oid)));
  if (hanging.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(hanging.size(), named_at_most); ++i)
    names += (i == 0 ? "" : ", ") + hanging[i];
  if (hanging.size() > named_at_most) names += fmt::format(", and {} more", hanging.size() - named_at_most);
  return error(Kind::refused, "schema {} is not dropped: {} would go with it", schema.name, names)
      .next("Drop what is named, or let it use live's schema by its name.");
}

Result<std::vector<std::string>> statements(pg::Session& session, const std::string& sql, unsigned oid) {
  const pg::Rows rows = TRY(session.query(sql, {std::to_string(oid)}));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

}  // namespace

Done drop_schema(pg::Session& session, const SchemaEntry& schema) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(session.script("set local search_path to ''; set local client_min_messages to warning"));
  TRY(drop_own_schemas(session, schema));
  TRY(refuse_what_hangs(session, schema));
  for (const std::string& statement : TRY(statements(session, std::string(keys_sql), schema.oid)))
    TRY(session.script(statement));
  const std::string sql = std::string(objects_cte) + std::string(objects_sql);
  TRY(drop_all(session, TRY(statements(session, sql, schema.oid)), schema.name));
  TRY(session.script("drop schema " + pg::quoted(schema.name)));
  return transaction.commit();
}

}  // namespace slipway::swap
