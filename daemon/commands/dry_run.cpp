// `slipway ingest --dry-run`: what an ingest would do, tried with a few rows; for people, or as JSON.
#include "daemon/jobs/dry_run.hpp"

#include "daemon/commands/commands.hpp"
#include "daemon/commands/ingest.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"
#include "daemon/commands/progress.hpp"
#include "daemon/commands/signals.hpp"
#include "daemon/ingest/source/standard_input.hpp"

namespace slipway::commands {
namespace {

std::string rows_of(const ingest::TableEstimate& table) {
  return (table.exact ? "" : "~") + grouped(table.rows);
}

std::string table_line(const jobs::TrialTable& table) {
  std::string line = fmt::format("  {:<24} {:<24} {:>15} {:>10} {:>10}", table.whole.table, table.whole.from,
                                 rows_of(table.whole), megabytes(table.whole.source_bytes),
                                 megabytes(table.whole.disk_bytes));
  if (table.rejected > 0)
    line +=
        fmt::format("  {} of the first {} rows rejected", grouped(table.rejected), grouped(table.sampled));
  return line;
}

std::string live_of(const jobs::DryRun& run) {
  if (run.live.empty()) return "nothing is live yet";
  std::string text = "snapshot " + run.live;
  for (const auto& [table, rows] : run.live_rows) text += fmt::format(", {}: {} rows", table, grouped(rows));
  return text;
}

std::string duration(double seconds) {
  return seconds < 100 ? fmt::format("{:.0f} s", seconds)
                       : minutes_seconds(static_cast<std::int64_t>(seconds));
}

void print_plan(const jobs::DryRun& run, const std::string& pipeline) {
  print_data(fmt::format("Pipeline {} into target {} ({}); tried with the first {} rows of each source.",
                         pipeline, run.target, run.mode, grouped(jobs::dry_run_rows)));
  print_data(fmt::format("  {:<24} {:<24} {:>15} {:>10} {:>10}", "table, in this order", "from", "rows",
                         "MB read", "MB on disk"));
  for (const jobs::TrialTable& table : run.tables) print_data(table_line(table));
  for (const std::string& reject : run.rejects) print_data("  reject: " + reject);
  print_data(fmt::format("  time: about {} ({})", duration(run.seconds), run.seconds_as));
  print_data(fmt::format("  disk: about {} MB, free: {}", megabytes(run.bytes),
                         run.free_bytes ? megabytes(static_cast<std::int64_t>(*run.free_bytes)) + " MB"
                                        : "not to be seen from here"));
  print_data("  a promotion would replace: " + live_of(run));
}

}  // namespace

Result<int> dry_run(const CommandLine& line) {
  config::Config config = TRY(load_config(line));
  const jobs::IngestOrder order = TRY(order_of(line, config));
  const Opened opened = TRY(open_home(std::move(config), swap::Missing::make));
  TRY(ingest::take_standard_input(opened.config.pipelines.at(order.pipeline)));
  const StopSignals signals;
  const jobs::IngestContext context{opened.seams, opened.home, opened.config};
  jobs::DryRun run;
  {
    Progress progress(line.quiet);
    run = jobs::dry_run(context, order, progress, signals.token());
  }
  if (line.json) print_data(jobs::to_json(run, order.pipeline));
  if (!line.json && !run.tables.empty()) print_plan(run, order.pipeline);
  if (run.error) {
    print_error(*run.error);
    return exit_code(run.error->kind());
  }
  say(line, "Nothing was changed.");
  say_next(line, "slipway ingest " + order.pipeline);
  return 0;
}

}  // namespace slipway::commands
