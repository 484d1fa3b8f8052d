#include "swap/carry/sequences.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::swap::carry {
namespace {

constexpr std::string_view sequences_sql = R"(
with used as (
  select d.refobjid as relid, d.refobjsubid as attnum, d.objid as seq from pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
  union
  select f.adrelid, f.adnum, d.refobjid from pg_attrdef f join pg_depend d
    on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass)
select u.relid, a.attname, s.oid, format('%I.%I', n.nspname, s.relname)
from used u join pg_class s on s.oid = u.seq and s.relkind = 'S' join pg_namespace n on n.oid = s.relnamespace
join pg_attribute a on a.attrelid = u.relid and a.attnum = u.attnum
where u.relid = any($1::oid[]) order by 1, 2, 3
)";

}  // namespace

Result<std::vector<Sequence>> sequences_of(pg::Session& session, const std::vector<const Table*>& tables) {
  std::string oids = "{";
  for (const Table* table : tables) oids += (oids.size() > 1 ? "," : "") + std::to_string(table->oid);
  const pg::Rows rows = TRY(session.query(sequences_sql, {oids + "}"}));
  std::vector<Sequence> found;
  std::string values;
  for (int row = 0; row < rows.size(); ++row) {
    found.push_back(
        {rows.number(row, 0), rows.string(row, 1), rows.number(row, 2), rows.string(row, 3), "", false});
    values += fmt::format("{}select {}, last_value, is_called from {}", row ? " union all " : "", row,
                          found[row].sql);
  }
  if (found.empty()) return found;
  const pg::Rows now = TRY(session.query(values + " order by 1"));
  for (int row = 0; row < now.size(); ++row) {
    found[row].last_value = now.string(row, 1);
    found[row].is_called = now.truth(row, 2);
  }
  return found;
}

Done note_sequences(pg::Session& candidate, const std::vector<Sequence>& own) {
  std::string sql;
  for (const Sequence& one : own)
    sql += fmt::format(
        "insert into slipway_carry.old_sequences values ({}, {}, {}, {}) on conflict do nothing;\n", one.oid,
        one.table, one.last_value, one.is_called);
  if (!sql.empty()) TRY(candidate.script(sql));
  return {};
}

std::string set_like(const std::vector<Pair>& pairs, const std::vector<Sequence>& live,
                     const std::vector<Sequence>& candidate) {
  std::string sql;
  for (const Pair& pair : pairs)
    for (const Sequence& to : candidate)
      for (const Sequence& from : live)
        if (to.table == pair.candidate.oid && from.table == pair.live.oid && to.column == from.column)
          sql += fmt::format("select setval({}::regclass, {}, {});\n", pg::literal(to.sql), from.last_value,
                             from.is_called);
  return sql;
}

}  // namespace slipway::swap::carry
