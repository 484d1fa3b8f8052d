// Jobs: listed, shown, cancelled, ordered again.
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/api/enter_order.hpp"
#include "daemon/api/errors.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/job_answers.hpp"
#include "daemon/jobs/listing.hpp"
#include "daemon/jobs/order.hpp"

namespace slipway::api {
namespace {

constexpr int most_a_page = 200;

// A whole positive number and nothing else.
std::optional<long long> number(std::string_view text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

Error wrong(std::string_view parameter, std::string_view expected) {
  return error(Kind::usage, "the query parameter {} must be {}", parameter, expected);
}

Done read_parameter(const std::string& name, const std::string& value, jobs::Filter& filter) {
  if (name == "pipeline") {
    filter.pipeline = value;
  } else if (name == "target") {
    filter.target = value;
  } else if (name == "kind") {
    filter.kind = value;
  } else if (name == "state") {
    filter.state = jobs::parse_state(value);
    if (!filter.state) return wrong(name, "queued, running, succeeded, failed, cancelled or interrupted");
  } else if (name == "cursor") {
    const auto cursor = number(value);
    if (!cursor) return wrong(name, "the \"next\" of the page before");
    filter.before = *cursor;
  } else if (name == "limit") {
    const auto limit = number(value);
    if (!limit || *limit > most_a_page) return wrong(name, fmt::format("a number from 1 to {}", most_a_page));
    filter.limit = static_cast<int>(*limit);
  } else {
    return error(Kind::usage, "there is no query parameter {}: kind, pipeline, target, state, cursor, limit",
                 name);
  }
  return {};
}

// What a change to that job needs: a job that promotes needs promote.
Result<bool> may_change(const Call& call, const jobs::Job& job) {
  if (job.kind != "ingest") return auth::holds(call.caller.role, auth::Role::promote);
  const jobs::IngestOrder order = TRY(jobs::parse_order(job.params));
  return !order.promote || auth::holds(call.caller.role, auth::Role::promote);
}

}  // namespace

std::optional<long long> path_number(const Call& call) {
  return number(call.arguments.at(0));
}

Result<long long> job_id(const Call& call) {
  const auto id = path_number(call);
  if (!id) return error(Kind::usage, "there is no such job").next("GET /api/jobs lists them.");
  return *id;
}

http::Response job_answer(int status, const std::string& json, long long job) {
  http::Response response;
  response.status = status;
  response.body = json;
  if (status == 202) response.headers.emplace_back("Location", fmt::format("/api/jobs/{}", job));
  return response;
}

Result<http::Response> list_jobs(Call& call) {
  jobs::Filter filter;
  for (const auto& [name, value] : call.request.query) TRY(read_parameter(name, value, filter));
  const jobs::Page page = TRY(jobs::list_jobs(*call.session, filter));
  http::Response response;
  for (const jobs::Job& job : page.jobs) response.body += (response.body.empty() ? "" : ",") + to_json(job);
  const std::string next = page.next == 0 ? "null" : fmt::format("\"{}\"", page.next);
  response.body = fmt::format(R"({{"jobs":[{}],"next":{}}})", response.body, next);
  return response;
}

Result<http::Response> show_job(Call& call) {
  const jobs::Job job = TRY(jobs::find_job(*call.session, TRY(job_id(call))));
  return job_answer(200, to_json(job), job.id);
}

Result<http::Response> cancel_job(Call& call) {
  const jobs::Job job = TRY(jobs::find_job(*call.session, TRY(job_id(call))));
  if (!TRY(may_change(call, job))) return forbidden(name(auth::Role::promote));
  const jobs::Job cancelled =
      TRY(jobs::cancel(*call.session, job.id, call.caller.actor, call.request.remote));
  return job_answer(202, to_json(cancelled), cancelled.id);
}

Result<http::Response> retry_job(Call& call) {
  if (auto refused = refuse_order(call.request)) return std::move(*refused);
  const jobs::Job job = TRY(jobs::find_job(*call.session, TRY(job_id(call))));
  if (!TRY(may_change(call, job))) return forbidden(name(auth::Role::promote));
  return enter_order(
      call, [&] { return jobs::retry(*call.session, job.id, call.caller.actor, call.request.remote); });
}

}  // namespace slipway::api
