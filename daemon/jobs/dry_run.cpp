#include "daemon/jobs/dry_run.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "daemon/ingest/load/rejects.hpp"
#include "daemon/ingest/preflight.hpp"
#include "daemon/ingest/sql/file.hpp"
#include "daemon/jobs/beginning.hpp"
#include "daemon/jobs/order.hpp"
#include "swap/retention/prune.hpp"

namespace slipway::jobs {
namespace {

// Where no snapshot of this pipeline tells how long it takes: a modest machine's speed, and what every ingest
// costs whatever its size.
constexpr double guessed_bytes_per_second = 15e6;
constexpr double guessed_seconds = 3;

constexpr std::size_t rejects_shown = 10;  // of a table
constexpr std::size_t log_bytes_max = 1 << 20;

std::string_view mode_name(config::Mode mode) {
  switch (mode) {
    case config::Mode::volume:
      return "volume";
    case config::Mode::database:
      return "database";
    case config::Mode::schema:
      break;
  }
  return "schema";
}

// Passes everything on, and keeps the lines.
class Notes : public ingest::Observer {
 public:
  explicit Notes(ingest::Observer& to) : to_(to) {}
  void phase(const std::string& phase) override { to_.phase(phase); }
  void progress(const ingest::TableProgress& progress) override { to_.progress(progress); }
  void line(const std::string& text) override {
    to_.line(text);
    const std::lock_guard lock(mutex_);
    lines_.push_back(text);
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  ingest::Observer& to_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

// Every reject of a trial is to be shown; whether they are too many is judged at the end.
config::Pipeline without_limits(config::Pipeline pipeline) {
  pipeline.rejects = {};
  pipeline.rejects.max_percent = 100;
  pipeline.rejects.max_percent_set = true;
  return pipeline;
}

Done read_rejects(const ingest::TableReport& table, std::vector<std::string>& rejects) {
  std::size_t shown = 0;
  for (const std::string& file : table.reject_files) {
    if (!file.ends_with(".log")) continue;
    const std::string text = TRY(real_files().read(file, log_bytes_max));
    for (std::size_t from = 0; from < text.size() && shown < rejects_shown; ++shown) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      rejects.push_back(text.substr(from, end - from));
      from = end + 1;
    }
  }
  return {};
}

// Of the rows that were looked at. A percentage of so few says little, but it is what there is to judge by.
Done judge(const config::Rejects& limits, const ingest::Report& report) {
  for (const auto& [table, one] : report.tables)
    if (ingest::too_many(limits, one.rejected, one.read))
      return error(Kind::refused,
                   "table {}: {} of its first {} rows are rejected, more than `rejects` allows", table,
                   one.rejected, one.read)
          .next("mend the source or the columns, or raise `rejects`; then: slipway ingest --dry-run");
  return {};
}

void estimate_seconds(const std::vector<swap::Manifest>& manifests, const std::string& pipeline,
                      DryRun& run) {
  double rows = 0, source_bytes = 0;
  for (const TrialTable& table : run.tables) {
    rows += static_cast<double>(table.whole.rows);
    source_bytes += static_cast<double>(table.whole.source_bytes);
  }
  run.seconds = guessed_seconds + source_bytes / guessed_bytes_per_second;
  run.seconds_as = "a guess: no snapshot of this pipeline is there to compare with";
  for (const swap::Manifest& past : manifests) {
    if (past.pipeline != pipeline || past.state != swap::SnapshotState::ready) continue;
    double past_rows = 0;
    for (const auto& [table, count] : past.rows) past_rows += static_cast<double>(count);
    const double took = static_cast<double>(past.finished_ms - past.created_ms) / 1000;
    if (past_rows <= 0 || took <= 0) continue;
    // A small one's time says nothing of a large one's.
    const double fixed = std::min(took, guessed_seconds);
    run.seconds = fixed + (took - fixed) * rows / past_rows;
    run.seconds_as = fmt::format("as snapshot {} took {:.1f} s", past.id, took);
  }
}

void take_report(const ingest::Report& report, DryRun& run) {
  for (const ingest::TableEstimate& estimate : report.estimates) {
    const ingest::TableReport& table = report.tables.at(estimate.table);
    run.tables.push_back({estimate, table.read, table.rejected});
    run.bytes += estimate.disk_bytes;
  }
}

Done look_at_target(swap::Engine& engine, const std::string& pipeline, DryRun& run) {
  estimate_seconds(TRY(engine.manifests()), pipeline, run);
  const swap::Disk disk = TRY(engine.disk());
  if (disk.total_bytes > 0) run.free_bytes = disk.free_bytes;
  run.live = TRY(engine.live());
  if (!run.live.empty()) run.live_rows = TRY(engine.manifest(run.live)).rows;
  return {};
}

Done try_out(const IngestContext& context, const config::Pipeline& pipeline, swap::Engine& engine,
             const IngestOrder& order, swap::Build& build, const std::string& copy_of,
             ingest::Observer& observer, std::stop_token stop, DryRun& run) {
  const config::Pipeline lenient = without_limits(pipeline);
  ingest::Request request = request_for(context.config, lenient, build, order);
  request.copy_of = copy_of;
  request.live = TRY(live_for_queries(context, lenient, engine, request));
  request.trial_rows = dry_run_rows;
  const ingest::Report report = TRY(ingest::build(request, observer, stop));
  take_report(report, run);
  for (const auto& [name, table] : report.tables) TRY(read_rejects(table, run.rejects));
  return judge(pipeline.rejects, report);
}

Done run_on(const IngestContext& context, const IngestOrder& order, ingest::Observer& observer,
            std::stop_token stop, DryRun& run) {
  const config::Pipeline* written = TRY(context.config.pipeline(order.pipeline));
  const config::Target* target = TRY(context.config.target(written->target));
  run.target = target->name;
  run.mode = mode_name(target->mode);
  TRY(check_params(context.config, *written, order));
  const config::Pipeline pipeline = ingest::with_params(*written, order.params);
  TRY(ingest::preflight(context.config, pipeline));
  const swap::Context place{context.seams, context.home, *target};
  const std::unique_ptr<swap::Engine> engine = swap::engine_of(place);
  observer.phase("create");
  const std::string copy_of = TRY(live_to_begin_with(pipeline, *engine, observer));
  swap::Build build = TRY(begin(*engine, {order.pipeline, order.params, 0}, copy_of));
  Done tried = try_out(context, pipeline, *engine, order, build, copy_of, observer, std::move(stop), run);
  Done gone = swap::throw_away(place, *engine, build, "dry run");
  if (tried || tried.error().kind() == Kind::refused) TRY(look_at_target(*engine, order.pipeline, run));
  if (!tried) return tried;
  if (gone) return {};
  return fail("what was built for the trial could not be removed").because(std::move(gone).error());
}

}  // namespace

DryRun dry_run(const IngestContext& context, const IngestOrder& order, ingest::Observer& observer,
               std::stop_token stop) {
  DryRun run;
  Notes notes(observer);
  Done done = run_on(context, order, notes, std::move(stop), run);
  run.state = done ? "succeeded" : done.error().kind() == Kind::cancelled ? "cancelled" : "failed";
  if (!done) run.error = std::move(done).error();
  run.notes = notes.take();
  return run;
}

std::string to_json(const DryRun& run, const std::string& pipeline) {
  using nlohmann::json;
  json tables = json::array(), rejects = json::array();
  for (const auto& [whole, sampled, rejected] : run.tables)
    tables.push_back({{"table", whole.table},
                      {"from", whole.from},
                      {"rows", whole.rows},
                      {"exact", whole.exact},
                      {"source_bytes", whole.source_bytes},
                      {"disk_bytes", whole.disk_bytes},
                      {"sampled", sampled},
                      {"rejected", rejected}});
  for (const std::string& reject : run.rejects) rejects.push_back(json::parse(reject, nullptr, false));
  json out = {{"dry_run", true},
              {"pipeline", pipeline},
              {"target", run.target},
              {"mode", run.mode},
              {"state", run.state},
              {"tables", tables},
              {"rejects", rejects},
              {"notes", run.notes},
              {"seconds_estimated", run.seconds},
              {"seconds_as", run.seconds_as},
              {"bytes_estimated", run.bytes},
              {"bytes_free", run.free_bytes ? json(*run.free_bytes) : json()},
              {"replaces", nullptr}};
  if (!run.live.empty()) out["replaces"] = {{"snapshot", run.live}, {"rows", run.live_rows}};
  if (run.error) out["error"] = {{"what", run.error->summary()}, {"next", run.error->next_step()}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace slipway::jobs
