#include "daemon/jobs/ingest_job.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/ingest/preflight.hpp"
#include "daemon/ingest/sql_file.hpp"
#include "daemon/jobs/order.hpp"
#include "daemon/jobs/promote_child.hpp"
#include "swap/engine.hpp"
#include "swap/names.hpp"
#include "swap/schema/guard.hpp"

namespace slipway::jobs {
namespace {

void take_report(const ingest::Report& report, IngestResult& result) {
  result.read = report.read;
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

// Where the snapshot is one schema among others, its schema files must keep to it.
void guard_schema_files(ingest::Request& request, const config::Target& target) {
  const auto guard = std::make_shared<swap::SchemaGuard>(target.database_name, request.schema);
  request.schema_begins = [guard](pg::Session& session) { return guard->begins(session); };
  request.schema_ends = [guard](pg::Session& session) { return guard->ends(session); };
}

ingest::Request request_for(const IngestContext& context, const config::Pipeline& pipeline,
                            const swap::Build& build, const IngestOrder& order) {
  ingest::Request request{.config = context.config,
                          .pipeline = pipeline,
                          .conninfo = build.place.conninfo,
                          .schema = build.place.schema.empty() ? "public" : build.place.schema,
                          .owner = build.owner,
                          .reader = build.reader,
                          .fence = build.manifest.fence,
                          .reject_folder = build.rejects,
                          .only = order.only,
                          .params = order.params};
  if (!build.place.schema.empty()) request.own_schemas = swap::own_schemas_of(build.place.schema);
  if (!build.place.schema.empty()) guard_schema_files(request, context.config.targets.at(pipeline.target));
  return request;
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

// Empty: it is to begin empty.
Result<std::string> live_to_begin_with(const config::Pipeline& pipeline, swap::Engine& engine,
                                       ingest::Observer& observer) {
  const bool schema_is_lives = pipeline.schema.empty();  // `schema: {clone: live}`
  if (pipeline.start == config::Start::empty && !schema_is_lives) return std::string();
  const std::string live = TRY(engine.live());
  if (!live.empty()) return live;
  if (schema_is_lives)
    return error(Kind::refused, "nothing of target {} is live whose schema pipeline {} could take",
                 pipeline.target, pipeline.name)
        .at(pipeline.at)
        .next("build the first snapshot with `schema: [FILE.sql]`");
  observer.line("`start: live`: nothing is live yet, so this snapshot begins empty");
  return std::string();
}

// Whether a query of the build asks for what live has.
bool asks_live(const std::vector<ingest::SqlTable>& tables) {
  return std::any_of(tables.begin(), tables.end(), [](const ingest::SqlTable& table) {
    const auto& names = table.query.references;
    return table.config->stable_id || std::any_of(names.begin(), names.end(), [](const auto& one) {
             return one.kind == ingest::SqlReference::Kind::live;
           });
  });
}

// In schema mode live lies beside the build; a copy of it has all that live has, until it is replaced.
Result<std::optional<ingest::LivePlace>> live_for_queries(const IngestContext& context,
                                                          const config::Pipeline& pipeline,
                                                          swap::Engine& engine,
                                                          const ingest::Request& request) {
  if (!asks_live(TRY(ingest::read_sql_tables(context.config, pipeline, request.only))))
    return std::optional<ingest::LivePlace>();
  const std::string live = TRY(engine.live());
  if (live.empty()) return std::optional<ingest::LivePlace>();
  ingest::LivePlace place;
  place.id = live;
  place.beside = context.config.targets.at(pipeline.target).mode == config::Mode::schema;
  if (!request.copy_of.empty() && !place.beside) {
    place.conninfo = request.conninfo;
    place.schema = request.schema;
    return std::optional(std::move(place));
  }
  TRY(engine.serve());
  const swap::Place there = TRY(engine.place(live));
  place.conninfo = there.conninfo;
  if (!there.schema.empty()) place.schema = there.schema;
  return std::optional(std::move(place));
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
  ingest::Request request = request_for(context, pipeline, build, order);
  request.copy_of = copy_of;
  request.live_rows = TRY(rows_of_live(pipeline, engine));
  request.live = TRY(live_for_queries(context, pipeline, engine, request));
  const ingest::Report report = TRY(ingest::build(request, observer, stop));
  take_report(report, result);
  take_report(report, build.manifest);
  if (!copy_of.empty() && pipeline.start == config::Start::live)
    TRY(inherit(engine, copy_of, build.manifest));
  if (stop.stop_requested()) return error(Kind::cancelled, "cancelled");
  observer.phase("freeze");
  return engine.finish(build);
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
  const std::unique_ptr<swap::Engine> engine = swap::engine_of({context.seams, context.home, *target});
  observer.phase("create");
  const std::string copy_of = TRY(live_to_begin_with(*pipeline, *engine, observer));
  const swap::BuildOrder begin{order.pipeline, order.params, job};
  swap::Build build = TRY(copy_of.empty() ? engine->create(begin) : engine->clone(begin));
  result.snapshot = build.manifest.id;
  Done filled = fill(context, *pipeline, *engine, build, copy_of, order, observer, stop, result);
  if (filled) return {};
  Done discarded = engine->discard(build, filled.error().summary());
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
  if (result.error) out["error"] = {{"what", result.error->summary()}, {"next", result.error->next_step()}};
  if (!result.promotion.empty()) out["promotion"] = json::parse(result.promotion, nullptr, false);
  return out.dump();
}

}  // namespace slipway::jobs
