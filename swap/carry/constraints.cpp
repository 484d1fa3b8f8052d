#include "swap/carry/constraints.hpp"

#include <nlohmann/json.hpp>

#include "base/pg/identifier.hpp"

namespace slipway::swap::carry {

using nlohmann::json;

namespace {

constexpr std::string_view triggers_sql = R"(
with tree as (select t as relid from unnest($1::oid[]) t
  union select p.relid from unnest($1::oid[]) t cross join lateral pg_partition_tree(t) p)
select format('alter table only %I.%I disable trigger %I', n.nspname, c.relname, g.tgname),
  format('alter table only %I.%I enable %s trigger %I', n.nspname, c.relname,
    case g.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, g.tgname)
from pg_trigger g join tree on tree.relid = g.tgrelid join pg_class c on c.oid = g.tgrelid
join pg_namespace n on n.oid = c.relnamespace
where not g.tgisinternal and g.tgenabled <> 'D' and g.tgname not like 'slipway\_carry\_%'
order by 1
)";

constexpr std::string_view keys_sql = R"(
select con.conname, con.conrelid, con.confrelid, format('%I.%I', cn.nspname, c.relname),
  format('%I.%I', pn.nspname, p.relname), pg_get_constraintdef(con.oid), con.convalidated, c.relkind <> 'p',
  (select json_agg(json_build_object('child', ca.attname, 'parent', pa.attname,
      'equals', format('operator(%I.%s)', opn.nspname, o.oprname)) order by k.n)
    from unnest(con.conkey, con.confkey, con.conpfeqop) with ordinality k(child, parent, op, n)
    join pg_attribute ca on ca.attrelid = con.conrelid and ca.attnum = k.child
    join pg_attribute pa on pa.attrelid = con.confrelid and pa.attnum = k.parent
    join pg_operator o on o.oid = k.op join pg_namespace opn on opn.oid = o.oprnamespace)
from pg_constraint con join pg_class c on c.oid = con.conrelid join pg_namespace cn on cn.oid = c.relnamespace
join pg_class p on p.oid = con.confrelid join pg_namespace pn on pn.oid = p.relnamespace
where con.contype = 'f' and con.confrelid = any($1::oid[]) and con.conparentid = 0
order by 4, 1
)";

std::string oids(const std::vector<const Table*>& tables) {
  std::string out = "{";
  for (const Table* table : tables) out += (out.size() > 1 ? "," : "") + std::to_string(table->oid);
  return out + "}";
}

ForeignKey key_of(const pg::Rows& rows, int row) {
  ForeignKey key{rows.string(row, 0), rows.number(row, 1), rows.number(row, 2),
                 rows.string(row, 3), rows.string(row, 4), rows.string(row, 5),
                 rows.truth(row, 6),  rows.truth(row, 7),  {}};
  for (const json& one : json::parse(rows.text(row, 8)))
    key.columns.push_back({one.at("child"), one.at("equals"), one.at("parent")});
  return key;
}

std::string equal(const ForeignKey& key, const std::string& parent) {
  std::string out;
  for (const ForeignKey::Column& one : key.columns)
    out += fmt::format("{}{}.{} {} c.{}", out.empty() ? "" : " and ", parent, pg::quoted(one.parent),
                       one.equals, pg::quoted(one.child));
  return out;
}

std::string child_values(const ForeignKey& key) {
  std::string out;
  for (const ForeignKey::Column& one : key.columns)
    out += fmt::format("{}c.{}::text", out.empty() ? "" : ", ", pg::quoted(one.child));
  return "concat_ws(', ', " + out + ")";
}

std::string child_complete(const ForeignKey& key) {
  std::string out;
  for (const ForeignKey::Column& one : key.columns)
    out += fmt::format("{}c.{} is not null", out.empty() ? "" : " and ", pg::quoted(one.child));
  return out;
}

Done none(const Result<pg::Rows>& found, const ForeignKey& key) {
  if (!found) return found.error();
  if (found->empty()) return {};
  return error(Kind::refused,
               "{} would refer to ({}), which is not among the carried rows of {} (foreign key {})",
               key.child, found->string(0, 0), key.parent, key.name)
      .next("The rows that the pipeline loads and those that users write must agree.");
}

}  // namespace

Result<LaidAside> lay_aside(pg::Session& session, const std::vector<const Table*>& tables) {
  LaidAside aside;
  std::string sql = "set constraints all immediate;\n";
  const pg::Rows triggers = TRY(session.query(triggers_sql, {oids(tables)}));
  for (int row = 0; row < triggers.size(); ++row) {
    sql += triggers.string(row, 0) + ";\n";
    aside.put_back.push_back(triggers.string(row, 1));
  }
  const pg::Rows keys = TRY(session.query(keys_sql, {oids(tables)}));
  for (int row = 0; row < keys.size(); ++row) {
    aside.keys.push_back(key_of(keys, row));
    sql += fmt::format("alter table {} drop constraint {};\n", aside.keys.back().child,
                       pg::quoted(aside.keys.back().name));
  }
  TRY(session.script(sql));
  return aside;
}

Done put_back(pg::Session& session, const LaidAside& aside) {
  std::string sql;
  for (const std::string& one : aside.put_back) sql += one + ";\n";
  for (const ForeignKey& key : aside.keys) {
    const bool later = key.validated && key.can_wait;
    sql += fmt::format("alter table {} add constraint {} {}{};\n", key.child, pg::quoted(key.name),
                       key.definition, later ? " not valid" : "");
    if (later)
      sql += fmt::format("insert into slipway_carry.unchecked values ({}, {}, {}) on conflict do nothing;\n",
                         key.parent_oid, key.child_oid, pg::literal(key.name));
  }
  if (!sql.empty()) TRY(session.script(sql));
  return {};
}

Done check_put_back(pg::Session& session, const std::vector<const Table*>& tables) {
  const pg::Rows left = TRY(session.query(
      "select format('alter table %I.%I validate constraint %I', n.nspname, c.relname, u.constraint_name), "
      "u.relation, u.constraint_name from slipway_carry.unchecked u join pg_class c on c.oid = u.relation "
      "join pg_namespace n on n.oid = c.relnamespace "
      "join pg_constraint k on k.conrelid = c.oid and k.conname = u.constraint_name "
      "where u.carried = any($1::oid[])",
      {oids(tables)}));
  for (int row = 0; row < left.size(); ++row) TRY(session.script(left.string(row, 0)));
  TRY(session.query("delete from slipway_carry.unchecked where carried = any($1::oid[])", {oids(tables)}));
  return {};
}

Done refuse_orphans(pg::Session& session, const ForeignKey& key, const std::string& condition) {
  return none(session.query(fmt::format(
                  "select {} from {} c where {} and not exists (select from {} p where {}){} limit 1",
                  child_values(key), key.child, child_complete(key), key.parent, equal(key, "p"), condition)),
              key);
}

Done refuse_orphans_of(pg::Session& session, const ForeignKey& key, const std::string& gone) {
  return none(session.query(fmt::format(
                  "select {} from {} g join {} c on {} where not exists (select from {} p where {}) limit 1",
                  child_values(key), gone, key.child, equal(key, "g"), key.parent, equal(key, "p"))),
              key);
}

}  // namespace slipway::swap::carry
