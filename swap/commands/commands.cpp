#include "swap/commands/commands.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "swap/commands/common.hpp"
#include "swap/commands/print.hpp"
#include "swap/commands/view.hpp"
#include "swap/notices/tell.hpp"
#include "swap/promote/watchdog.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

using View = Result<json> (*)(const Context&);
using Text = std::string (*)(const json&);

int show(const CommonOptions& common, View view, Text text) {
  return finished(with_target(common, [&](const Context& context, const std::string&) {
    const Result<json> seen = view(context);
    if (!seen) return complain(seen.error());
    print(stdout, common.json ? seen->dump() + "\n" : text(*seen));
    return 0;
  }));
}

int report(const CommonOptions& common, const Receipt& receipt) {
  if (common.json)
    print(stdout, to_json(receipt).dump() + "\n");
  else
    print(stdout, receipt_text(receipt));
  if (!common.quiet) print(stderr, next_command(receipt) + "\n");
  return exit_code(receipt.outcome);
}

}  // namespace

int run_status(const CommonOptions& common) {
  return finished(with_target(common, [&](const Context& context, const std::string&) {
    Result<json> seen = status_view(context);
    if (!seen) return complain(seen.error());
    (*seen)["untold"] = untold_view(context);
    print(stdout, common.json ? seen->dump() + "\n" : status_text(*seen));
    const json& promotion = seen->at("promotion");
    const bool stuck = !promotion.is_null() && promotion.at("state") == "needs_operator";
    return stuck ? exit_code(Kind::needs_operator) : 0;
  }));
}

int run_list(const CommonOptions& common) {
  return show(common, list_view, list_text);
}

int run_history(const CommonOptions& common) {
  return show(common, history_view, history_text);
}

int run_promote(const CommonOptions& common, const PromoteOptions& options, bool back) {
  return finished(with_config(
      common, [&](const Context& context, const config::Config& config, const std::string& actor) {
        Receipt receipt = promote(context, order_of(options, back, actor));
        // What was refused before it began does not know who asked for what.
        if (receipt.kind.empty()) receipt.kind = back ? "rollback" : "promote";
        if (receipt.actor.empty()) receipt.actor = actor;
        const int code = report(common, receipt);
        std::fflush(stdout);
        tell_at_end(context, config, &receipt);
        return code;
      }));
}

int run_recover(const CommonOptions& common) {
  return finished(with_config(
      common, [&](const Context& context, const config::Config& config, const std::string& actor) {
        const Result<std::optional<Receipt>> recovered = recover(context, actor);
        if (!recovered) return complain(recovered.error());
        if (!*recovered) print(stdout, common.json ? "null\n" : "nothing was interrupted\n");
        const Receipt* receipt = *recovered ? &**recovered : nullptr;
        if (receipt) (void)report(common, *receipt);
        std::fflush(stdout);
        tell_at_end(context, config, receipt);
        // Both ends of a recovery are good: what was interrupted is over.
        return receipt && receipt->outcome == Outcome::needs_operator ? exit_code(receipt->outcome) : 0;
      }));
}

int run_watchdog(const CommonOptions& common, const std::string& promoter, long long epoch, int ready_fd) {
  ProcessId process;
  unsigned long long ticks = 0;
  if (std::sscanf(promoter.c_str(), "%d:%llu", &process.pid, &ticks) != 2)
    return complain(error(Kind::usage, "--promoter wants PID:START"));
  process.start_ticks = ticks;
  return finished(
      with_config(common, [&](const Context& context, const config::Config& config, const std::string&) {
        const Result<bool> took_over = watch(context, {process, epoch}, ready_fd);
        // The promoter is dead, and cannot tell.
        if (took_over && *took_over) tell_at_end(context, config);
        return took_over ? 0 : complain(took_over.error());
      }));
}

}  // namespace slipway::swap
