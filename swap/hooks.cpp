#include "swap/hooks.hpp"

#include "base/excerpt.hpp"
#include "swap/user_command.hpp"

namespace slipway::swap {
namespace {

std::string_view name(HookMoment moment) {
  switch (moment) {
    case HookMoment::before:
      return "before";
    case HookMoment::after:
      return "after";
    case HookMoment::failed:
      return "failed";
  }
  return "";
}

const std::vector<config::Hook>& chosen(const config::Hooks& hooks, HookMoment moment) {
  return moment == HookMoment::before  ? hooks.before
         : moment == HookMoment::after ? hooks.after
                                       : hooks.failed;
}

std::vector<std::string> variables(const config::Target& target, const HookFacts& facts, HookMoment moment) {
  return {fmt::format("SLIPWAY_HOOK={}", name(moment)),
          "SLIPWAY_TARGET=" + target.name,
          "SLIPWAY_FROM=" + facts.from,
          "SLIPWAY_TO=" + facts.to,
          "SLIPWAY_KIND=" + facts.kind,
          "SLIPWAY_ACTOR=" + facts.actor,
          "SLIPWAY_OUTCOME=" + facts.outcome,
          "SLIPWAY_REASON=" + facts.reason};
}

HookRun run_one(const Seams& seams, const config::Target& target, const config::Hook& hook, HookMoment moment,
                const HookFacts& facts) {
  const UserCommand command{hook.run, target.folder, variables(target, facts, moment), hook.timeout};
  const Millis began = seams.clock.steady();
  const Result<std::string> output = run_user_command(seams, command);
  HookRun run;
  run.hook = fmt::format("{}: {}", name(moment), beginning_of(hook.run.at(0)));
  run.ok = static_cast<bool>(output);
  run.detail = output ? end_of(*output) : output.error().summary();
  run.ms = (seams.clock.steady() - began).count();
  return run;
}

}  // namespace

std::vector<HookRun> run_hooks(const Seams& seams, const config::Target& target, HookMoment moment,
                               const HookFacts& facts) {
  std::vector<HookRun> runs;
  for (const config::Hook& hook : chosen(target.hooks, moment)) {
    runs.push_back(run_one(seams, target, hook, moment, facts));
    if (!runs.back().ok && moment == HookMoment::before) break;
  }
  return runs;
}

Done all_ok(const std::vector<HookRun>& runs) {
  for (const HookRun& run : runs)
    if (!run.ok)
      return fail("the hook `{}` failed: {}", run.hook, run.detail)
          .next("Correct it, or take it out of `hooks`; then promote again.");
  return {};
}

std::vector<std::string> warnings_of(const std::vector<HookRun>& runs) {
  std::vector<std::string> lines;
  for (const HookRun& run : runs)
    if (!run.ok) lines.push_back(fmt::format("the hook `{}` failed: {}", run.hook, run.detail));
  return lines;
}

}  // namespace slipway::swap
