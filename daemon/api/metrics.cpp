// GET /metrics: jobs, promotions and targets, as they are now, for Prometheus.
#include "base/config/config.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "daemon/api/exposition.hpp"
#include "daemon/api/handlers.hpp"
#include "swap/engine.hpp"
#include "swap/snapshot_time.hpp"

namespace slipway::api {
namespace {

// Every kind and end stands there from the beginning: a rate of what has no series yet is no zero.
constexpr std::string_view ended_sql = R"(
select kind, state, count(id), coalesce(sum(extract(epoch from finished_at - coalesce(started_at, finished_at))), 0)
from unnest(array['ingest', 'promote', 'rollback', 'prune']) as kind
cross join unnest(array['succeeded', 'failed', 'cancelled', 'interrupted']) as state
left join slipway.jobs using (kind, state) group by kind, state order by kind, state)";

constexpr std::string_view unfinished_sql = R"(
select kind, state, count(id),
  coalesce(extract(epoch from now() - min(created_at) filter (where state = 'queued')), 0)
from unnest(array['ingest', 'promote', 'rollback', 'prune']) as kind
cross join unnest(array['queued', 'running']) as state
left join slipway.jobs using (kind, state) group by kind, state order by kind, state)";

constexpr std::string_view success_sql = R"(
select kind, coalesce(pipeline, ''), target, extract(epoch from max(finished_at))
from slipway.jobs where state = 'succeeded' group by 1, 2, 3 order by 1, 2, 3)";

constexpr std::string_view rows_sql = R"(
select pipeline, coalesce(sum((select sum(value::numeric) from jsonb_each_text(result -> 'rows'))), 0),
  coalesce(sum((select sum(value::numeric) from jsonb_each_text(result -> 'rejected'))), 0)
from slipway.jobs
where kind = 'ingest' and jsonb_typeof(result -> 'rows') = 'object' and jsonb_typeof(result -> 'rejected') = 'object'
group by pipeline order by pipeline)";

// Of each pipeline's last job that succeeded: from one phase to the next, or to the job's end.
constexpr std::string_view stages_sql = R"(
with last as (select distinct on (pipeline) id, pipeline, finished_at from slipway.jobs
              where kind = 'ingest' and state = 'succeeded' order by pipeline, id desc),
phases as (select pipeline, data ->> 'phase' as stage, at,
             lead(at, 1, greatest(at, finished_at)) over (partition by job order by e.id) as until
           from last join slipway.job_events e on e.job = last.id where e.kind = 'phase')
select pipeline, stage, sum(extract(epoch from until - at)) from phases group by 1, 2 order by 1, 2)";

constexpr std::string_view promotions_sql = R"(
select target, kind, outcome, count(*), sum((receipt ->> 'pause_ms')::numeric) / 1000
from slipway.promotions group by 1, 2, 3 order by 1, 2, 3)";

constexpr std::string_view last_pause_sql = R"(
select distinct on (target) target, (receipt ->> 'pause_ms')::numeric / 1000
from slipway.promotions where outcome = 'promoted' order by target, started_at desc)";

constexpr std::string_view notices_sql =
    "select count(*) filter (where given_up_at is null), count(*) filter (where given_up_at is not null)"
    " from slipway.notices where sent_at is null";

double figure(const pg::Rows& rows, int row, int column) {
  return std::stod(rows.string(row, column));
}

Done jobs_that_ended(pg::Session& session, Exposition& out) {
  const pg::Rows rows = TRY(session.query(std::string(ended_sql)));
  out.family("slipway_jobs_ended_total", "counter", "Jobs that have ended.");
  for (int row = 0; row < rows.size(); ++row)
    out.sample({{"kind", rows.text(row, 0)}, {"outcome", rows.text(row, 1)}}, figure(rows, row, 2));
  out.family("slipway_job_duration_seconds", "summary", "How long jobs ran.");
  for (int row = 0; row < rows.size(); ++row) {
    out.sample("_sum", {{"kind", rows.text(row, 0)}, {"outcome", rows.text(row, 1)}}, figure(rows, row, 3));
    out.sample("_count", {{"kind", rows.text(row, 0)}, {"outcome", rows.text(row, 1)}}, figure(rows, row, 2));
  }
  return {};
}

Done jobs_in_the_queue(pg::Session& session, Exposition& out) {
  const pg::Rows rows = TRY(session.query(std::string(unfinished_sql)));
  out.family("slipway_jobs", "gauge", "Jobs that wait or run.");
  for (int row = 0; row < rows.size(); ++row)
    out.sample({{"kind", rows.text(row, 0)}, {"state", rows.text(row, 1)}}, figure(rows, row, 2));
  out.family("slipway_queue_oldest_seconds", "gauge", "For how long the oldest waiting job has waited.");
  for (int row = 0; row < rows.size(); ++row)
    if (rows.text(row, 1) == "queued") out.sample({{"kind", rows.text(row, 0)}}, figure(rows, row, 3));
  return {};
}

Done what_was_built(pg::Session& session, Exposition& out) {
  const pg::Rows last = TRY(session.query(std::string(success_sql)));
  out.family("slipway_last_success_timestamp_seconds", "gauge", "When such a job last succeeded.");
  for (int row = 0; row < last.size(); ++row)
    out.sample({{"kind", last.text(row, 0)}, {"pipeline", last.text(row, 1)}, {"target", last.text(row, 2)}},
               figure(last, row, 3));
  const pg::Rows rows = TRY(session.query(std::string(rows_sql)));
  out.family("slipway_rows_total", "counter", "Rows that ingests have loaded.");
  for (int row = 0; row < rows.size(); ++row)
    out.sample({{"pipeline", rows.text(row, 0)}}, figure(rows, row, 1));
  out.family("slipway_rejects_total", "counter", "Rows that ingests have rejected.");
  for (int row = 0; row < rows.size(); ++row)
    out.sample({{"pipeline", rows.text(row, 0)}}, figure(rows, row, 2));
  const pg::Rows stages = TRY(session.query(std::string(stages_sql)));
  out.family("slipway_stage_duration_seconds", "gauge",
             "How long each stage of the last ingest that succeeded took.");
  for (int row = 0; row < stages.size(); ++row)
    out.sample({{"pipeline", stages.text(row, 0)}, {"stage", stages.text(row, 1)}}, figure(stages, row, 2));
  return {};
}

Done what_was_promoted(pg::Session& session, Exposition& out) {
  const pg::Rows rows = TRY(session.query(std::string(promotions_sql)));
  out.family("slipway_promotions_total", "counter", "Promotions and rollbacks, by command and by API.");
  for (int row = 0; row < rows.size(); ++row)
    out.sample({{"target", rows.text(row, 0)}, {"kind", rows.text(row, 1)}, {"outcome", rows.text(row, 2)}},
               figure(rows, row, 3));
  out.family("slipway_promotion_pause_seconds", "summary", "How long clients were held.");
  for (int row = 0; row < rows.size(); ++row) {
    const Exposition::Labels labels = {
        {"target", rows.text(row, 0)}, {"kind", rows.text(row, 1)}, {"outcome", rows.text(row, 2)}};
    out.sample("_sum", labels, figure(rows, row, 4));
    out.sample("_count", labels, figure(rows, row, 3));
  }
  const pg::Rows last = TRY(session.query(std::string(last_pause_sql)));
  out.family("slipway_last_promotion_pause_seconds", "gauge",
             "For how long the last promotion held clients.");
  for (int row = 0; row < last.size(); ++row)
    out.sample({{"target", last.text(row, 0)}}, figure(last, row, 1));
  return {};
}

Done notices_to_send(pg::Session& session, Exposition& out) {
  const pg::Rows rows = TRY(session.query(std::string(notices_sql)));
  out.family("slipway_notices_waiting", "gauge", "Notices that are still to be sent.");
  out.sample({}, figure(rows, 0, 0));
  out.family("slipway_notices_given_up", "gauge", "Notices that could not be sent.");
  out.sample({}, figure(rows, 0, 1));
  return {};
}

// The truth is read from each target itself; one that cannot be read takes no other along.
void what_is_live(const App& app, Exposition& out) {
  std::map<std::string, std::string> live;
  out.family("slipway_target_readable", "gauge", "Whether what is live could be read.");
  for (const auto& [name, target] : app.config.targets) {
    const swap::Context context{app.seams, app.home, target};
    const Result<std::string> id = swap::engine_of(context)->live();
    if (!id) log::warning("metrics: target {} cannot be read: {}", name, id.error().summary());
    if (id && !id->empty()) live[name] = *id;
    out.sample({{"target", name}}, id ? 1 : 0);
  }
  out.family("slipway_live_snapshot_timestamp_seconds", "gauge", "When the live snapshot was begun.");
  for (const auto& [name, id] : live)
    if (const auto began = swap::time_of_snapshot(id))
      out.sample({{"target", name}}, static_cast<double>(epoch_ms(*began)) / 1000);
}

}  // namespace

Result<http::Response> metrics(Call& call) {
  Exposition out;
  out.family("slipway_build_info", "gauge", "Which version this is.");
  out.sample({{"version", version}}, 1);
  out.family("slipway_worker_healthy", "gauge", "Whether this daemon's workers can look for jobs.");
  out.sample({}, call.app.worker_healthy() ? 1 : 0);
  for (const auto add :
       {jobs_in_the_queue, jobs_that_ended, what_was_built, what_was_promoted, notices_to_send})
    TRY(add(*call.session, out));
  what_is_live(call.app, out);
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.text();
  return response;
}

}  // namespace slipway::api
