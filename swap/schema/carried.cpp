#include "swap/schema/carried.hpp"

#include "swap/carry/tables.hpp"

namespace slipway::swap {
namespace {

// $1: tables. Dropping a key locks the table that it refers to, and so does taking a table from a
// publication.
constexpr std::string_view needing_sql = R"(
with tree as (
  select t as relid from unnest($1::oid[]) t
  union select p.relid from unnest($1::oid[]) t cross join lateral pg_partition_tree(t) p
)
select 'foreign key', k.oid, k.confrelid::regclass from pg_constraint k
where k.contype = 'f' and k.confrelid in (select relid from tree)
union all
select 'publication', r.oid, r.prrelid::regclass from pg_publication_rel r where r.prrelid in (select relid from tree))";

std::string oids(const std::vector<carry::Table>& tables) {
  std::string text = "{";
  for (const carry::Table& one : tables) text += (text.size() > 1 ? "," : "") + std::to_string(one.oid);
  return text + "}";
}

}  // namespace

Done refuse_what_needs_carried(pg::Session& session, const SchemaPair& pair,
                               const std::vector<std::string>& carry, RebindPlan& plan) {
  if (carry.empty() || plan.rebind.empty()) return {};
  const std::vector<carry::Table> carried = TRY(carry::tables_of(session, Place{"", pair.name}, carry));
  const pg::Rows rows = TRY(session.query(needing_sql, {oids(carried)}));
  for (int row = 0; row < rows.size(); ++row) {
    const Bond bond = rows.text(row, 0) == "publication" ? Bond::publication : Bond::foreign_key;
    std::erase_if(plan.rebind, [&](const Dependent& one) {
      if (one.bond != bond || one.oid != rows.text(row, 1)) return false;
      plan.refused.push_back(fmt::format("{}: it needs table {}, which `carry` keeps locked until the switch",
                                         one.what, rows.text(row, 2)));
      return true;
    });
  }
  return {};
}

}  // namespace slipway::swap
