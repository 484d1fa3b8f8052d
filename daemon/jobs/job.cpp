#include "daemon/jobs/job.hpp"

#include <nlohmann/json.hpp>

namespace slipway::jobs {
namespace {

#define SLIPWAY_TIME(column) "to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json parsed_or_null(const std::string& json) {
  return json.empty() ? Json() : Json::parse(json, nullptr, false);
}

// Of the worker, people need the host and the pid; the rest is ours.
Json shown_worker(const std::string& worker) {
  const Json all = parsed_or_null(worker);
  if (!all.is_object()) return {};
  return {{"host", all.value("host", "")}, {"pid", all.value("pid", 0)}};
}

}  // namespace

const std::string_view job_columns =
    "id, kind, pipeline, target, home, params, actor, state, retry_of, " SLIPWAY_TIME("created_at") ", "
    SLIPWAY_TIME("started_at") ", " SLIPWAY_TIME("finished_at") ", " SLIPWAY_TIME("heartbeat_at") ","
    " worker, cancel_requested, progress, result, error";

Result<Job> job_from_row(const pg::Rows& rows, int row) {
  const std::optional<State> state = parse_state(rows.text(row, 7));
  if (!state)
    return fail("job {} is in the state {}, which this version does not know", rows.text(row, 0),
                rows.text(row, 7));
  Job job;
  job.id = rows.number(row, 0);
  job.state = *state;
  job.retry_of = rows.number(row, 8);
  job.cancel_requested = rows.truth(row, 14);
  std::string* const texts[] = {
      &job.kind,   &job.pipeline, &job.target,     &job.home,       &job.params,      &job.actor,
      nullptr,     nullptr,       &job.created_at, &job.started_at, &job.finished_at, &job.heartbeat_at,
      &job.worker, nullptr,       &job.progress,   &job.result,     &job.error};
  for (int column = 1; column <= static_cast<int>(std::size(texts)); ++column)
    if (texts[column - 1]) *texts[column - 1] = rows.string(row, column);
  return job;
}

std::string to_json(const Job& job) {
  const Json order = parsed_or_null(job.params);
  Json json{{"id", job.id}, {"kind", job.kind}, {"pipeline", or_null(job.pipeline)}, {"target", job.target}};
  json["state"] = name(job.state);
  json["order"] = order;
  json["actor"] = job.actor;
  json["retry_of"] = job.retry_of == 0 ? Json() : Json(job.retry_of);
  json["created_at"] = job.created_at;
  json["started_at"] = or_null(job.started_at);
  json["finished_at"] = or_null(job.finished_at);
  json["heartbeat_at"] = or_null(job.heartbeat_at);
  json["worker"] = shown_worker(job.worker);
  json["cancel_requested"] = job.cancel_requested;
  json["progress"] = parsed_or_null(job.progress);
  json["result"] = parsed_or_null(job.result);
  json["error"] = or_null(job.error);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace slipway::jobs
