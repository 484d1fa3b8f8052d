#include "daemon/jobs/ingest_job.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/preflight.hpp"
#include "daemon/ingest/sql/file.hpp"
#include "daemon/jobs/beginning.hpp"
#include "daemon/jobs/order.hpp"
#include "daemon/jobs/promote_child.hpp"

namespace slipway::jobs {
namespace {

void take_report(const ingest::Report& report, IngestResult& result) {
  result.read = report.read;
  result.tables = report.tables;
  result.checks = report.checks;
  for (const auto& [source, one] : report.sources) {
    if (one.rejected > 0) result.rejected["source." + source] = one.rejected;
    result.reject_files.insert(result.reject_files.end(), one.reject_files.begin(), one.reject_files.end());
  }
  for (const auto& [table, one] : report.tables) {
    result.rows[table] = one.loaded + one.kept;
    if (one.rejected > 0) result.rejected[table] = one.rejected;
    result.reject_files.insert(result.reject_files.end(), one.reject_files.begin(), one.reject_files.end());
  }
}

void take_report(const ingest::Report& report, swap::Manifest& manifest) {
  manifest.inputs = report.inputs;
  manifest.input_fingerprint = report.input_fingerprint;
  for (const auto& [table, one] : report.tables) {
    manifest.rows[table] = one.loaded + one.kept;
    manifest.rejected[table] = one.rejected;
  }
}

// Kept tables stand in the new manifest as they stood in live's.
Done inherit(swap::Engine& engine, const std::string& live, swap::Manifest& manifest) {
  const swap::Manifest theirs = TRY(engine.manifest(live));
  for (const auto& [table, rows] : theirs.rows) manifest.rows.emplace(table, rows);
  return {};
}

// Only where a check compares with them: a live snapshot whose manifest is damaged stops nobody else.
Result<std::map<std::string, std::int64_t>> rows_of_live(const config::Pipeline& pipeline,
                                                         swap::Engine& engine) {
  const bool asked =
      std::any_of(pipeline.checks.begin(), pipeline.checks.end(), [](const config::Check& one) {
        const auto* rows = std::get_if<config::RowsCheck>(&one.what);
        return rows && rows->min_vs_live_percent;
      });
  const std::string live = asked ? TRY(engine.live()) : std::string();
  if (live.empty()) return std::map<std::string, std::int64_t>();
  return TRY(engine.manifest(live)).rows;
}

// From a building snapshot to a ready one, or to one that is gone.
Done fill(const IngestContext& context, const config::Pipeline& pipeline, swap::Engine& engine,
          swap::Build& build, const std::string& copy_of, const IngestOrder& order,
          ingest::Observer& observer, std::stop_token stop, IngestResult& result) {
  ingest::Request request = request_for(context.config, pipeline, build, order);
  request.copy_of = copy_of;
  request.live_rows = TRY(rows_of_live(pipeline, engine));
  request.live = TRY(live_for_queries(context, pipeline, engine, request));
  if (can_go_on(pipeline, copy_of)) {
    request.go_on = true;
    request.can_be_taken_over = [&] { return engine.let_be_taken_over(build); };
  }
  const ingest::Report report = TRY(ingest::build(request, observer, stop));
  take_report(report, result);
  take_report(report, build.manifest);
  if (!copy_of.empty() && pipeline.start == config::Start::live)
    TRY(inherit(engine, copy_of, build.manifest));
  if (stop.stop_requested()) return error(Kind::cancelled, "cancelled");
  observer.phase("freeze");
  return engine.finish(build);
}

constexpr int restarts_max = 3;

bool lost_server(const Error& error, const std::stop_token& stop) {
  return pg::lost_connection(error.sqlstate()) && !stop.stop_requested();
}

Done build_snapshot(const IngestContext& context, long long job, const IngestOrder& order,
                    ingest::Observer& observer, std::stop_token stop, IngestResult& result) {
  const config::Pipeline* written = TRY(context.config.pipeline(order.pipeline));
  const config::Target* target = TRY(context.config.target(written->target));
  result.target = target->name;
  TRY(check_params(context.config, *written, order));
  const config::Pipeline with_values = ingest::with_params(*written, order.params);
  const config::Pipeline* pipeline = &with_values;
  TRY(ingest::preflight(context.config, *pipeline));
  const swap::Context at{context.seams, context.home, *target};
  const std::unique_ptr<swap::Engine> engine = swap::engine_of(at);
  TRY(look_ahead(at, *engine, order.promote, observer));
  observer.phase("create");
  const swap::BuildOrder wanted{order.pipeline, order.params, job};
  const std::string copy_of = TRY(live_to_begin_with(*pipeline, *engine, observer));
  swap::Build build = TRY(take_over_or_begin(context, *pipeline, *engine, wanted, copy_of, order, observer));
  result.snapshot = build.manifest.id;
  Done filled = fill(context, *pipeline, *engine, build, copy_of, order, observer, stop, result);
  for (int again = 0; again < restarts_max && !filled && lost_server(filled.error(), stop); ++again) {
    observer.line("the connection to the snapshot's server was lost: " + filled.error().summary());
    if (!can_go_on(*pipeline, copy_of) ||
        !TRY(bring_back(context, *pipeline, *engine, build, order, observer))) {
      TRY(engine->discard(build, filled.error().summary()));
      build = TRY(begin(*engine, wanted, copy_of));
      result.snapshot = build.manifest.id;
    }
    filled = fill(context, *pipeline, *engine, build, copy_of, order, observer, stop, result);
  }
  if (filled) return {};
  if (stop.stop_requested() && order.leave_it && order.leave_it()) return filled;
  Done discarded = engine->discard(build, filled.error().summary());
  if (!discarded) observer.line("what was built could not be removed: " + discarded.error().text());
  return filled;
}

}  // namespace

IngestResult run_ingest(const IngestContext& context, long long job, const IngestOrder& order,
                        ingest::Observer& observer, std::stop_token stop) {
  IngestResult result;
  const Millis began = context.seams.clock.steady();
  PhaseClock phases(observer);
  Done built = build_snapshot(context, job, order, phases, stop, result);
  result.state = built ? "succeeded" : built.error().kind() == Kind::cancelled ? "cancelled" : "failed";
  if (built) result.profile = profile_of(phases.phases(), phases.disk_pressure(), result.tables);
  if (!built) result.error = std::move(built).error();
  if (built && order.promote) {
    observer.phase("promote");
    const Promotion promotion = promote_in_child(context, order.actor, result.target, result.snapshot);
    result.promotion = promotion.receipt;
    result.promotion_exit = promotion.exit_code;
  }
  result.seconds = static_cast<double>((context.seams.clock.steady() - began).count()) / 1000;
  return result;
}

int IngestResult::exit_code() const {
  if (error) return slipway::exit_code(error->kind());
  return state == "succeeded" ? promotion_exit : 1;
}

namespace {

nlohmann::json to_json(const ingest::CheckReport& check) {
  nlohmann::json out = {{"check", check.check},
                        {"severity", check.warns ? "warn" : "error"},
                        {"ok", check.ok},
                        {"failing", check.failing},
                        {"sample", check.sample}};
  if (!check.detail.empty()) out["detail"] = check.detail;
  return out;
}

constexpr std::size_t files_told_max = 1000;  // of a table; after that only those with rejects

// Of rows that a query made, or that went as text, none was taken.
nlohmann::json checksum_of(const ingest::TableReport& table) {
  if (table.checksum == 0) return {};
  return fmt::format("{:016x}", table.checksum);
}

nlohmann::json to_json(const ingest::TableReport& table) {
  nlohmann::json out = {{"read", table.read},
                        {"loaded", table.loaded},
                        {"rejected", table.rejected},
                        {"taken_up", table.taken_up},
                        {"reused", table.reused},
                        {"checksum", checksum_of(table)},
                        {"not_compared", table.not_compared},
                        {"files", nlohmann::json::array()}};
  for (const ingest::FileAccount& file : table.files)
    if (file.rejected > 0 || out["files"].size() < files_told_max)
      out["files"].push_back({{"file", file.file},
                              {"read", file.read},
                              {"loaded", file.loaded},
                              {"rejected", file.rejected},
                              {"kept", file.kept}});
  return out;
}

}  // namespace

std::string to_json(const IngestResult& result, long long job, const std::string& pipeline) {
  using nlohmann::json;
  json out = {{"job", job},
              {"pipeline", pipeline},
              {"target", result.target},
              {"snapshot", result.snapshot.empty() ? json() : json(result.snapshot)},
              {"state", result.state},
              {"rows", result.rows},
              {"read", result.read},
              {"rejected", result.rejected},
              {"seconds", result.seconds}};
  if (!result.reject_files.empty()) out["reject_files"] = result.reject_files;
  for (const auto& [name, table] : result.tables) out["accounts"][name] = to_json(table);
  for (const ingest::CheckReport& check : result.checks) out["checks"].push_back(to_json(check));
  if (result.profile) out["profile"] = to_json(*result.profile);
  if (result.error) out["error"] = {{"what", result.error->summary()}, {"next", result.error->next_step()}};
  if (!result.promotion.empty()) out["promotion"] = json::parse(result.promotion, nullptr, false);
  return out.dump();
}

}  // namespace slipway::jobs
