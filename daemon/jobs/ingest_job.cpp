#include "daemon/jobs/ingest_job.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/ingest/preflight.hpp"
#include "daemon/jobs/promote_child.hpp"
#include "swap/schema/guard.hpp"

namespace slipway::jobs {
namespace {

void take_report(const ingest::Report& report, IngestResult& result) {
  result.read = report.read;
  result.tables = report.tables;
  result.checks = report.checks;
  for (const auto& [table, one] : report.tables) {
    result.rows[table] = one.loaded;
    if (one.rejected > 0) result.rejected[table] = one.rejected;
    result.reject_files.insert(result.reject_files.end(), one.reject_files.begin(), one.reject_files.end());
  }
}

// Where the snapshot is one schema among others, its schema files must keep to it.
void guard_schema_files(ingest::Request& request, const config::Target& target) {
  const auto guard = std::make_shared<swap::SchemaGuard>(target.database_name, request.schema);
  request.schema_begins = [guard](pg::Session& session) { return guard->begins(session); };
  request.schema_ends = [guard](pg::Session& session) { return guard->ends(session); };
}

void take_report(const ingest::Report& report, swap::Manifest& manifest) {
  manifest.inputs = report.inputs;
  manifest.input_fingerprint = report.input_fingerprint;
  for (const auto& [table, one] : report.tables) {
    manifest.rows[table] = one.loaded;
    manifest.rejected[table] = one.rejected;
  }
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

// From an empty building snapshot to a ready one, or to one that is gone.
Done fill(const IngestContext& context, const config::Pipeline& pipeline, swap::Engine& engine,
          swap::Build& build, const IngestOrder& order, ingest::Observer& observer, std::stop_token stop,
          IngestResult& result) {
  ingest::Request request = request_for(context.config, pipeline, build, order.only);
  request.live_rows = TRY(rows_of_live(pipeline, engine));
  const ingest::Report report = TRY(ingest::build(request, observer, stop));
  take_report(report, result);
  take_report(report, build.manifest);
  if (stop.stop_requested()) return error(Kind::cancelled, "cancelled");
  observer.phase("freeze");
  return engine.finish(build);
}

Done build_snapshot(const IngestContext& context, long long job, const IngestOrder& order,
                    ingest::Observer& observer, std::stop_token stop, IngestResult& result) {
  const config::Pipeline* pipeline = TRY(context.config.pipeline(order.pipeline));
  const config::Target* target = TRY(context.config.target(pipeline->target));
  result.target = target->name;
  TRY(ingest::preflight(context.config, *pipeline));
  const std::unique_ptr<swap::Engine> engine = swap::engine_of({context.seams, context.home, *target});
  observer.phase("create");
  swap::Build build = TRY(engine->create({order.pipeline, order.params, job}));
  result.snapshot = build.manifest.id;
  Done filled = fill(context, *pipeline, *engine, build, order, observer, stop, result);
  if (filled) return {};
  Done discarded = engine->discard(build, filled.error().summary());
  if (!discarded) observer.line("what was built could not be removed: " + discarded.error().text());
  return filled;
}

}  // namespace

ingest::Request request_for(const config::Config& config, const config::Pipeline& pipeline,
                            const swap::Build& build, const std::vector<std::string>& only) {
  ingest::Request request{.config = config,
                          .pipeline = pipeline,
                          .conninfo = build.place.conninfo,
                          .schema = build.place.schema.empty() ? "public" : build.place.schema,
                          .owner = build.owner,
                          .reader = build.reader,
                          .fence = build.manifest.fence,
                          .reject_folder = build.rejects,
                          .only = only};
  if (!build.place.schema.empty()) guard_schema_files(request, config.targets.at(pipeline.target));
  return request;
}

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
  for (const ingest::CheckReport& check : result.checks) out["checks"].push_back(to_json(check));
  if (result.profile) out["profile"] = to_json(*result.profile);
  if (result.error) out["error"] = {{"what", result.error->summary()}, {"next", result.error->next_step()}};
  if (!result.promotion.empty()) out["promotion"] = json::parse(result.promotion, nullptr, false);
  return out.dump();
}

}  // namespace slipway::jobs
