#include "daemon/jobs/ingest_job.hpp"

#include <nlohmann/json.hpp>

#include "daemon/ingest/preflight.hpp"
#include "daemon/jobs/promote_child.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::jobs {
namespace {

void take_report(const ingest::Report& report, IngestResult& result) {
  result.read = report.read;
  for (const auto& [table, one] : report.tables) {
    result.rows[table] = one.loaded;
    if (one.rejected > 0) result.rejected[table] = one.rejected;
    result.reject_files.insert(result.reject_files.end(), one.reject_files.begin(), one.reject_files.end());
  }
}

ingest::Request request_for(const IngestContext& context, const config::Pipeline& pipeline,
                            const config::Target& target, const swap::Build& build,
                            const IngestOrder& order) {
  return {.config = context.config,
          .pipeline = pipeline,
          .conninfo = build.conninfo,
          .owner = target.database_name,
          .reader = swap::reader_role(target.database_name),
          .fence = build.manifest.fence,
          .reject_folder = build.names.rejects(),
          .only = order.only};
}

void take_report(const ingest::Report& report, swap::Manifest& manifest) {
  manifest.inputs = report.inputs;
  manifest.input_fingerprint = report.input_fingerprint;
  for (const auto& [table, one] : report.tables) {
    manifest.rows[table] = one.loaded;
    manifest.rejected[table] = one.rejected;
  }
}

// From an empty building snapshot to a ready one, or to one that is gone.
Done fill(const IngestContext& context, const config::Pipeline& pipeline, const config::Target& target,
          swap::Volume& volume, swap::Build& build, const IngestOrder& order, ingest::Observer& observer,
          std::stop_token stop, IngestResult& result) {
  const ingest::Request request = request_for(context, pipeline, target, build, order);
  const ingest::Report report = TRY(ingest::build(request, observer, stop));
  take_report(report, result);
  take_report(report, build.manifest);
  if (stop.stop_requested()) return error(Kind::cancelled, "cancelled");
  observer.phase("freeze");
  return volume.finish(build);
}

Done build_snapshot(const IngestContext& context, long long job, const IngestOrder& order,
                    ingest::Observer& observer, std::stop_token stop, IngestResult& result) {
  const config::Pipeline* pipeline = TRY(context.config.pipeline(order.pipeline));
  const config::Target* target = TRY(context.config.target(pipeline->target));
  result.target = target->name;
  TRY(ingest::preflight(context.config, *pipeline));
  swap::Volume volume(context.seams, context.home, *target);
  observer.phase("create");
  swap::Build build = TRY(volume.create({order.pipeline, order.params, job}));
  result.snapshot = build.names.id;
  Done filled = fill(context, *pipeline, *target, volume, build, order, observer, stop, result);
  if (filled) return {};
  Done discarded = volume.discard(build, filled.error().summary());
  if (!discarded) observer.line("what was built could not be removed: " + discarded.error().text());
  return filled;
}

}  // namespace

IngestResult run_ingest(const IngestContext& context, long long job, const IngestOrder& order,
                        ingest::Observer& observer, std::stop_token stop) {
  IngestResult result;
  const Millis began = context.seams.clock.steady();
  Done built = build_snapshot(context, job, order, observer, stop, result);
  result.state = built ? "succeeded" : built.error().kind() == Kind::cancelled ? "cancelled" : "failed";
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
  if (result.error) out["error"] = {{"what", result.error->summary()}, {"next", result.error->next_step()}};
  if (!result.promotion.empty()) out["promotion"] = json::parse(result.promotion, nullptr, false);
  return out.dump();
}

}  // namespace slipway::jobs
