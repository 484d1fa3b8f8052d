#include "daemon/jobs/swap_job.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "daemon/jobs/keeper.hpp"
#include "daemon/jobs/record.hpp"
#include "daemon/jobs/swap_child.hpp"
#include "daemon/jobs/swap_order.hpp"

namespace slipway::jobs {
namespace {

using nlohmann::json;

// Why a receipt is not one of the good ones, and what to do then.
std::string reason_in(const std::string& receipt) {
  const json read = json::parse(receipt, nullptr, false);
  std::string why = read.value("outcome", "failed");
  if (const std::string reason = read.value("reason", ""); !reason.empty()) why += ": " + reason;
  if (const std::string next = read.value("next", ""); !next.empty()) why += "\n  " + next;
  return why;
}

Result<SwapRun> run_order(const IngestContext& context, const Job& job) {
  const SwapOrder order = TRY(parse_swap_order(job.kind, job.params));
  return swap_in_child(context, job.actor, job.target, words_of(order));
}

void tell_steps(const std::string& result, Tracker& tracker) {
  const json read = json::parse(result, nullptr, false);
  if (!read.is_object() || !read.contains("steps")) return;
  for (const json& step : read["steps"])
    tracker.line(fmt::format("{}: {} ms", step.value("step", ""), step.value("ms", 0)));
}

}  // namespace

Ending swap_once(const IngestContext& context, const Job& job) {
  const Result<SwapRun> run = run_order(context, job);
  if (run && run->exit_code == 0) return {State::succeeded, run->json, ""};
  if (run) return {State::failed, run->json, reason_in(run->json)};
  const std::string receipt =
      job.kind == "prune" ? "" : unbegun_receipt(job.target, "", run.error().summary());
  return {State::failed, receipt, run.error().text()};
}

// The daemon's end does not cut a promotion short: it is waited for, and its deadline is short.
Done run_swap_job(const SwapContext& context, const Job& job) {
  const log::Job tag(std::to_string(job.id));
  Tracker tracker;
  Ending ending;
  {
    Keeper keeper(context.conninfo, job.id, context.worker, tracker);
    tracker.phase(job.kind);
    ending = swap_once(context.in, job);
    tell_steps(ending.result, tracker);
  }
  log::info("job {} is {}", job.id, name(ending.state));
  return record_end(context.conninfo, context.worker, job.id, ending);
}

}  // namespace slipway::jobs
