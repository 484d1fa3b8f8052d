// The hooks of a promotion, and what a receipt says of them.
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "swap/promote/attempt.hpp"

namespace slipway::swap {
namespace {

constexpr Seconds hooks_margin{60};

HookFacts facts_of(const Receipt& receipt) {
  return {receipt.from,  receipt.to, receipt.kind, receipt.actor, std::string(name(receipt.outcome)),
          receipt.reason};
}

Seconds longest(const std::vector<config::Hook>& hooks) {
  Seconds all = hooks_margin;
  for (const config::Hook& hook : hooks) all += hook.timeout;
  return all;
}

}  // namespace

Done Promoter::hooks_before() {
  TRY(extend_lease(longest(context_.target.hooks.before)));
  const Attempt& now = attempt();
  hooks_ = run_hooks(context_.seams, context_.target, HookMoment::before,
                     {now.from, now.to, now.kind, now.actor, "", ""});
  return all_ok(hooks_);
}

// The promotion has ended, and its journal says so: what a hook does now changes nothing of that.
Receipt Promoter::told(Receipt receipt) {
  const HookMoment moment = receipt.outcome == Outcome::promoted ? HookMoment::after : HookMoment::failed;
  const std::vector<HookRun> runs = run_hooks(context_.seams, context_.target, moment, facts_of(receipt));
  for (std::string& line : warnings_of(runs)) warnings_.push_back(std::move(line));
  receipt.warnings = warnings_;
  receipt.hooks = std::exchange(hooks_, {});
  receipt.hooks.insert(receipt.hooks.end(), runs.begin(), runs.end());
  for (const std::string& line : receipt.warnings) log::warning("target {}: {}", receipt.target, line);
  const bool more_to_keep = !receipt.warnings.empty() || !receipt.hooks.empty();
  if (!more_to_keep || receipt.outcome == Outcome::needs_operator) return receipt;
  const Done kept = engine_->keep_receipt(receipt.epoch, to_json(receipt).dump(1));
  if (!kept) receipt.warnings.push_back("the hooks are not in the kept receipt: " + kept.error().summary());
  return receipt;
}

}  // namespace slipway::swap
