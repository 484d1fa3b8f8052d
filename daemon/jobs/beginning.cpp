#include "daemon/jobs/beginning.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/config/config.hpp"
#include "daemon/ingest/going_on.hpp"
#include "daemon/ingest/sql/file.hpp"
#include "swap/names.hpp"
#include "swap/schema/guard.hpp"

namespace slipway::jobs {
namespace {

// Where the snapshot is one schema among others, its schema files must keep to it.
void guard_schema_files(ingest::Request& request, const config::Target& target) {
  const auto guard = std::make_shared<swap::SchemaGuard>(target.database_name, request.schema);
  request.schema_begins = [guard](pg::Session& session) { return guard->begins(session); };
  request.schema_ends = [guard](pg::Session& session) { return guard->ends(session); };
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

// False: what it holds is not enough to go on with.
Result<bool> goes_on(const IngestContext& context, const config::Pipeline& pipeline, const swap::Build& build,
                     const IngestOrder& order, ingest::Observer& observer) {
  const std::string why_not = TRY(ingest::why_not_go_on(request_for(context.config, pipeline, build, order)));
  if (why_not.empty())
    observer.line(fmt::format("goes on with snapshot {}, whose builder died", build.manifest.id));
  else
    observer.line(
        fmt::format("snapshot {}, whose builder died, is begun anew: {}", build.manifest.id, why_not));
  return why_not.empty();
}

}  // namespace

Done look_ahead(const swap::Context& context, swap::Engine& engine, bool promotes,
                ingest::Observer& observer) {
  std::vector<Error> found = swap::look_ahead(context, engine);
  if (promotes && !found.empty())
    return fail("a promotion could not follow, so nothing is built").because(std::move(found.front()));
  for (const Error& one : found) observer.line("warning: a promotion would not work now: " + one.summary());
  return {};
}

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

Result<swap::Build> begin(swap::Engine& engine, const swap::BuildOrder& wanted, const std::string& copy_of) {
  return copy_of.empty() ? engine.create(wanted) : engine.clone(wanted);
}

bool can_go_on(const config::Pipeline& pipeline, const std::string& copy_of) {
  return copy_of.empty() && std::none_of(pipeline.tables.begin(), pipeline.tables.end(),
                                         [](const config::Table& table) { return !table.sql.empty(); });
}

// What a dead job has left behind is worth nothing if it cannot be read: then a new snapshot is begun.
Result<swap::Build> take_over_or_begin(const IngestContext& context, const config::Pipeline& pipeline,
                                       swap::Engine& engine, const swap::BuildOrder& wanted,
                                       const std::string& copy_of, const IngestOrder& order,
                                       ingest::Observer& observer) {
  if (!can_go_on(pipeline, copy_of)) return begin(engine, wanted, copy_of);
  Result<std::optional<swap::Build>> left = engine.take_over(wanted);
  if (!left) observer.line("what a dead job left behind cannot be taken over: " + left.error().summary());
  if (!left || !*left) return engine.create(wanted);
  Result<bool> good = goes_on(context, pipeline, **left, order, observer);
  if (good && *good) return std::move(**left);
  if (!good) observer.line("what a dead job left behind cannot be read: " + good.error().summary());
  TRY(engine.discard(**left, "its builder died"));
  return engine.create(wanted);
}

Result<bool> bring_back(const IngestContext& context, const config::Pipeline& pipeline, swap::Engine& engine,
                        swap::Build& build, const IngestOrder& order, ingest::Observer& observer) {
  TRY(engine.restart(build));
  return goes_on(context, pipeline, build, order, observer);
}

ingest::Request request_for(const config::Config& config, const config::Pipeline& pipeline,
                            const swap::Build& build, const IngestOrder& order) {
  ingest::Request request{.config = config,
                          .pipeline = pipeline,
                          .conninfo = build.place.conninfo,
                          .schema = build.place.schema.empty() ? "public" : build.place.schema,
                          .owner = build.owner,
                          .reader = build.reader,
                          .fence = build.manifest.fence,
                          .reject_folder = build.rejects,
                          .only = order.only,
                          .params = order.params};
  request.notes_inputs = pipeline.start == config::Start::live &&
                         config.targets.at(pipeline.target).mode == config::Mode::volume;
  request.writes_pages = config.targets.at(pipeline.target).mode == config::Mode::volume;
  if (const char* bytes = std::getenv("SLIPWAY_PART_BYTES"))
    request.part_bytes = std::max(1LL, std::atoll(bytes));
  if (!build.place.schema.empty()) request.own_schemas = swap::own_schemas_of(build.place.schema);
  if (!build.place.schema.empty()) guard_schema_files(request, config.targets.at(pipeline.target));
  return request;
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

}  // namespace slipway::jobs
