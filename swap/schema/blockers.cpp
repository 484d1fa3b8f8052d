#include "swap/schema/blockers.hpp"

#include <algorithm>

#include "swap/schema/catalog.hpp"
#include "swap/schema/in_the_way.hpp"
#include "swap/schema/rebind.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view slots_sql =
    "select slot_name from pg_replication_slots where slot_type = 'logical' and database = "
    "current_database() "
    "order by 1";

Result<SchemaPair> pair_of(pg::Session& session, const std::string& live, const std::string& candidate) {
  const std::optional<SchemaEntry> from = TRY(find_schema(session, live));
  const std::optional<SchemaEntry> to = TRY(find_schema(session, candidate));
  if (!to) return fail("schema {} is gone", candidate);
  return SchemaPair{live, std::to_string(from ? from->oid : 0), std::to_string(to->oid)};
}

bool published(const RebindPlan& plan) {
  return std::any_of(plan.rebind.begin(), plan.rebind.end(), [](const Dependent& one) {
    return one.bond == Bond::publication || one.bond == Bond::publication_of_schema;
  });
}

}  // namespace

Result<std::vector<std::string>> schema_blockers(pg::Session& session, const std::string& live,
                                                 const std::string& candidate,
                                                 const std::vector<std::string>& carry) {
  const SchemaPair pair = TRY(pair_of(session, live, candidate));
  const RebindPlan plan = TRY(rebind_plan(session, pair, carry));
  std::vector<std::string> found = plan.refused;
  for (const std::string& key : TRY(orphans(session, plan.rebind, pair)))
    found.push_back(key + ": rows outside refer to rows that the candidate does not have");
  for (const std::string& one : TRY(old_snapshots(session, candidate)))
    found.push_back("older than the candidate's rows: " + one);
  if (!published(plan)) return found;
  const pg::Rows slots = TRY(session.query(slots_sql));
  for (int row = 0; row < slots.size(); ++row)
    found.push_back(fmt::format("replication slot {}: its subscriber must copy the published tables again",
                                slots.string(row, 0)));
  return found;
}

}  // namespace slipway::swap
