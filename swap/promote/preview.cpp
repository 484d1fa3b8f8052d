#include "swap/promote/preview.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "swap/promote/receipt.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr int longest_blocker_ms = 1000;
constexpr std::int64_t usual_pause_ms = 100;  // where there is no history yet
constexpr std::size_t recent = 20;

// PAUSE waits for transactions to end, and every other client waits with it.
constexpr std::string_view blockers_sql = R"(
select format('process %s, user %s, %s for %s s: %s', pid, usename, state, round(extract(epoch from now() - xact_start)), left(query, 60))
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - $1::int * interval '1 ms'
union all
select format('prepared transaction %s', gid) from pg_prepared_xacts where database = current_database()
)";

Result<json> blockers(const Context& context, const Volume& volume, const std::string& live) {
  json found = json::array();
  if (live.empty()) return found;
  pg::Session session = TRY(connect(volume.cluster(live), context.target.database_name));
  const pg::Rows rows = TRY(session.query(blockers_sql, {std::to_string(longest_blocker_ms)}));
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

// The median of the last promotions.
Result<std::int64_t> expected_pause(const Context& context, const Volume& volume) {
  std::vector<std::int64_t> pauses;
  for (const json& receipt : TRY(kept_receipts(context.seams.files, volume.names())))
    if (receipt.at("outcome") == "promoted" && pauses.size() < recent)
      pauses.push_back(receipt.at("pause_ms"));
  if (pauses.empty()) return usual_pause_ms;
  std::nth_element(pauses.begin(), pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2),
                   pauses.end());
  return pauses[pauses.size() / 2];
}

json id_or_null(const std::string& id) {
  return id.empty() ? json() : json(id);
}

}  // namespace

std::vector<std::string> promotion_steps(bool something_is_live) {
  std::vector<std::string> steps = {"start_candidate", "check_candidate", "open_candidate", "pause",
                                    "switch",          "probe",           "resume",         "verify"};
  if (something_is_live) steps.push_back("stop_previous");
  return steps;
}

Result<json> preview(const Context& context, const Order& order) {
  const Volume volume(context.seams, context.home, context.target);
  const Journal journal = TRY(read_journal(context.seams.files, volume.names().journal()));
  const std::string live = TRY(volume.live());
  const Choice choice = TRY(choose(order.wish, TRY(volume.snapshots(journal)), journal, live));
  json plan = {{"target", context.target.name}, {"from", id_or_null(choice.from)},
               {"to", id_or_null(choice.to)},   {"steps", json::array()},
               {"guardrails", json::array()},   {"blockers", json::array()},
               {"expected_pause_ms", 0}};
  if (choice.to.empty()) return plan;
  std::optional<Manifest> now;
  if (!live.empty()) now = TRY(volume.manifest(live));
  const Manifest candidate = TRY(volume.manifest(choice.to));
  for (const Guardrail& one :
       guardrails(context.target.guardrails, order.wish.direction, candidate, now ? &*now : nullptr))
    plan["guardrails"].push_back(
        {{"name", one.name}, {"ok", one.ok || order.allow.contains(one.name)}, {"detail", one.detail}});
  plan["steps"] = promotion_steps(!live.empty());
  plan["blockers"] = TRY(blockers(context, volume, live));
  plan["expected_pause_ms"] = TRY(expected_pause(context, volume));
  return plan;
}

bool may_go_on(const json& plan) {
  return std::all_of(plan.at("guardrails").begin(), plan.at("guardrails").end(),
                     [](const json& one) { return one.at("ok").get<bool>(); });
}

}  // namespace slipway::swap
