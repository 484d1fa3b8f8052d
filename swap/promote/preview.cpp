#include "swap/promote/preview.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "swap/database/sessions.hpp"
#include "swap/guardrails/inspect.hpp"
#include "swap/promote/attempt.hpp"
#include "swap/promote/carrying.hpp"
#include "swap/promote/receipt.hpp"
#include "swap/schema/blockers.hpp"

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

Result<json> blockers(const Context& context, Engine& engine, const std::string& live) {
  json found = json::array();
  if (live.empty()) return found;
  pg::Session session = TRY(enter(context.seams, TRY(engine.place(live))));
  if (context.target.mode == config::Mode::database) return json(TRY(database_blockers(session)));
  const pg::Rows rows = TRY(session.query(blockers_sql, {std::to_string(longest_blocker_ms)}));
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

Done add_schema_blockers(const Context& context, Engine& engine, const Choice& choice, json& plan) {
  const Place candidate = TRY(engine.place(choice.to));
  pg::Session session = TRY(enter(context.seams, candidate));
  for (const std::string& one :
       TRY(schema_blockers(session, context.target.database_name, candidate.schema, context.target.carry)))
    plan["blockers"].push_back(one);
  return {};
}

// The median of the last promotions.
Result<std::int64_t> expected_pause(Engine& engine) {
  std::vector<std::int64_t> pauses;
  for (const json& receipt : TRY(kept_receipts(engine)))
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

Result<json> preview(const Context& context, const Order& order) {
  std::unique_ptr<Engine> owned = engine_of(context);
  Engine& engine = *owned;
  const Journal journal = TRY(engine.read_journal());
  const std::string live = TRY(engine.live());
  Choice choice = TRY(choose(order.wish, TRY(snapshots_of(engine, journal, live)), journal, live));
  json plan = {{"target", context.target.name}, {"from", id_or_null(choice.from)},
               {"to", id_or_null(choice.to)},   {"steps", json::array()},
               {"guardrails", json::array()},   {"blockers", json::array()},
               {"expected_pause_ms", 0}};
  if (choice.to.empty()) return plan;
  const std::vector<Guardrail> all =
      TRY(inspect(context, engine, order.wish.direction, live, choice.to, Candidate::frozen));
  choice.reshaped = reshapes(all);
  for (const Guardrail& one : all)
    plan["guardrails"].push_back(
        {{"name", one.name}, {"ok", one.ok || order.allow.contains(one.name)}, {"detail", one.detail}});
  plan["blockers"] = TRY(blockers(context, engine, live));
  if (context.target.mode == config::Mode::schema) TRY(add_schema_blockers(context, engine, choice, plan));
  plan["expected_pause_ms"] = TRY(expected_pause(engine));
  if (!context.target.carry.empty()) plan["carry"] = TRY(carry_plan(context, engine, choice));
  plan["steps"] = Promoter(context, std::move(owned), journal).step_names(choice, order);
  return plan;
}

Done refuse_failing(const json& plan) {
  std::string failing;
  for (const json& one : plan.at("guardrails"))
    if (!one.at("ok").get<bool>())
      failing += fmt::format("{}{} ({})", failing.empty() ? "" : "; ", one.at("name").get<std::string>(),
                             one.at("detail").get<std::string>());
  if (failing.empty()) return {};
  return error(Kind::refused, "guardrails say no: {}", failing).next("See: swap plan");
}

bool may_go_on(const json& plan) {
  return std::all_of(plan.at("guardrails").begin(), plan.at("guardrails").end(),
                     [](const json& one) { return one.at("ok").get<bool>(); });
}

}  // namespace slipway::swap
