// `slipway ingest`: one job, entered as claimed and run here, in the foreground.
#include "daemon/commands/ingest.hpp"

#include <nlohmann/json.hpp>

#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"
#include "daemon/commands/progress.hpp"
#include "daemon/commands/signals.hpp"
#include "daemon/ingest/source/standard_input.hpp"
#include "daemon/jobs/order.hpp"
#include "daemon/jobs/run.hpp"
#include "swap/notices/tell.hpp"

namespace slipway::commands {

Result<jobs::IngestOrder> order_of(const CommandLine& line, const config::Config& config) {
  const jobs::IngestOrder order =
      TRY(jobs::resolve({line.pipeline, line.params, line.only, line.promote, {}}, config));
  const std::string& target = config.pipelines.at(order.pipeline).target;
  if (!line.target.empty() && line.target != target)
    return error(Kind::usage, "pipeline {} builds the target {}, not {}", order.pipeline, target,
                 line.target);
  return order;
}

namespace {

Result<jobs::Job> enter(const Opened& opened, const jobs::IngestOrder& order, const jobs::WorkerId& worker) {
  pg::Session control = TRY(control_session(opened));
  jobs::NewJob wanted;
  wanted.pipeline = order.pipeline;
  wanted.target = opened.config.pipelines.at(order.pipeline).target;
  wanted.home = opened.home.path.string();
  wanted.params = jobs::to_json(order);
  wanted.actor = opened.actor;
  wanted.origin = "command";
  pg::Transaction transaction = TRY(pg::Transaction::begin(control));
  jobs::Entry entry = TRY(jobs::enter_claimed(control, wanted, worker));
  TRY(transaction.commit());
  if (!entry.accepted) return jobs::held_by(entry.job);
  return std::move(entry.job);
}

void summarise(const CommandLine& line, const jobs::IngestResult& result, long long job) {
  for (const auto& [table, rows] : result.rows) {
    const auto rejected = result.rejected.find(table);
    const bool some = rejected != result.rejected.end() && rejected->second > 0;
    say(line, fmt::format("  {}: {} rows{}", table, grouped(rows),
                          some ? fmt::format(", {} rejected", grouped(rejected->second)) : ""));
  }
  for (const std::string& file : result.reject_files) say(line, "  rejects: " + file);
  if (result.state == "succeeded")
    say(line, fmt::format("Job {}: snapshot {} of {} is ready ({:.1f} s).", job, result.snapshot,
                          result.target, result.seconds));
  if (result.profile && !in_words(*result.profile).empty()) say(line, in_words(*result.profile));
}

// The snapshot is ready, and what was asked for beyond that did not happen.
Error not_promoted(const std::string& receipt) {
  const nlohmann::json told = nlohmann::json::parse(receipt, nullptr, false);
  const auto word = [&](const char* key) {
    return told.is_object() && told.contains(key) && told[key].is_string() ? told[key].get<std::string>()
                                                                           : std::string();
  };
  const std::string next = word("next");
  return error(Kind::failed, "the promotion ended as {}: {}", word("outcome"), word("reason"))
      .next(next.empty() ? "See: swap status" : next);
}

int report(const CommandLine& line, const jobs::Ran& ran, const jobs::Job& job) {
  if (line.json) print_data(jobs::to_json(ran.result, job.id, job.pipeline));
  summarise(line, ran.result, job.id);
  if (ran.result.error) print_error(*ran.result.error);
  if (ran.result.promotion_exit != 0) print_error(not_promoted(ran.result.promotion));
  if (!ran.recorded) print_error(ran.recorded.error());
  const int code = ran.result.exit_code();
  if (code == 0 && !ran.recorded) return 1;
  if (code == 0) say_next(line, ran.result.promotion.empty() ? "swap promote" : "swap status");
  return code;
}

}  // namespace

Result<int> ingest(const CommandLine& line) {
  if (line.dry_run) return dry_run(line);
  config::Config config = TRY(load_config(line));
  const jobs::IngestOrder order = TRY(order_of(line, config));
  const Opened opened = TRY(open_control(std::move(config), swap::Missing::make));
  TRY(ingest::take_standard_input(opened.config.pipelines.at(order.pipeline)));
  const StopSignals signals;
  const jobs::WorkerId worker = jobs::this_worker();
  const jobs::Job job = TRY(enter(opened, order, worker));

  const jobs::IngestContext context{opened.seams, opened.home, opened.config};
  const jobs::Work work = [&](long long id, const jobs::IngestOrder& ordered, ingest::Observer& observer,
                              std::stop_token stop) {
    return jobs::run_ingest(context, id, ordered, observer, stop);
  };
  jobs::Ran ran;
  {
    Progress progress(line.quiet);
    ran = jobs::run_claimed({opened.control, worker, work, &progress, signals.token(), jobs::Stop::cancelled},
                            job);
  }
  const int code = report(line, ran, job);
  swap::tell_at_end(opened.seams, opened.config, opened.home);
  return code;
}

}  // namespace slipway::commands
