#include "swap/promote/receipt.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

struct OutcomeFacts {
  std::string_view name;
  int exit_code;
};

constexpr std::array<OutcomeFacts, 7> outcomes{{
    {"promoted", 0},
    {"unchanged", 0},
    {"refused", 3},
    {"busy", 4},
    {"aborted", 1},
    {"rolled_back", 5},
    {"needs_operator", 6},
}};

}  // namespace

std::string_view name(Outcome outcome) {
  return outcomes.at(static_cast<std::size_t>(outcome)).name;
}
int exit_code(Outcome outcome) {
  return outcomes.at(static_cast<std::size_t>(outcome)).exit_code;
}

json to_json(const Receipt& r) {
  json steps = json::array(), verify = json::array();
  for (const JournalStep& s : r.steps) steps.push_back({{"step", s.step}, {"ms", s.ms}});
  for (const ProbeResult& p : r.verify)
    verify.push_back({{"probe", p.probe}, {"ok", p.ok}, {"detail", p.detail}});
  json out = {{"target", r.target},
              {"from", r.from.empty() ? json() : json(r.from)},
              {"to", r.to.empty() ? json() : json(r.to)},
              {"outcome", name(r.outcome)},
              {"pause_ms", r.pause_ms},
              {"steps", steps},
              {"verify", verify}};
  if (!r.carried.empty()) out["carried"] = r.carried;
  if (!r.kind.empty()) out["kind"] = r.kind;
  if (!r.actor.empty()) out["actor"] = r.actor;
  if (r.epoch > 0) out["epoch"] = r.epoch;
  if (r.started_ms > 0) out["started_at"] = iso_time(from_epoch_ms(r.started_ms));
  if (!r.reason.empty()) out["reason"] = r.reason;
  if (!r.next.empty()) out["next"] = r.next;
  if (!r.warnings.empty()) out["warnings"] = r.warnings;
  for (const HookRun& hook : r.hooks)
    out["hooks"].push_back({{"hook", hook.hook}, {"ok", hook.ok}, {"ms", hook.ms}, {"detail", hook.detail}});
  return out;
}

Receipt receipt_of(const Attempt& attempt, const std::string& target, Outcome outcome) {
  Receipt receipt;
  receipt.target = target;
  // A way back swaps the two; the reader asked for the promotion that failed.
  const bool back = attempt.kind == "way_back";
  receipt.from = back ? attempt.to : attempt.from;
  receipt.to = back ? attempt.from : attempt.to;
  receipt.outcome = outcome;
  receipt.pause_ms = attempt.pause_ms;
  receipt.steps = attempt.steps;
  receipt.verify = attempt.verify;
  receipt.carried = attempt.carried;
  receipt.kind = attempt.kind;
  receipt.actor = attempt.actor;
  receipt.epoch = attempt.epoch;
  receipt.started_ms = attempt.started_ms;
  receipt.reason = attempt.reason;
  return receipt;
}

Result<std::vector<json>> kept_receipts(Engine& engine) {
  std::vector<json> receipts;
  for (const std::string& text : TRY(engine.receipts())) {
    json receipt = json::parse(text, nullptr, false);
    if (!receipt.is_object()) return fail("a receipt is damaged: {}", text.substr(0, 80));
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

}  // namespace slipway::swap
