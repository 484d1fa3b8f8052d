// POST /api/jobs/ingest: an order becomes a job, once.
#include "base/digest.hpp"
#include "daemon/api/errors.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/idempotency.hpp"
#include "daemon/api/job_answers.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/jobs/order.hpp"

namespace slipway::api {
namespace {

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  return type == "application/json";
}

jobs::NewJob job_for(const Call& call, const jobs::IngestOrder& order) {
  jobs::NewJob wanted;
  wanted.pipeline = order.pipeline;
  wanted.target = call.app.config.pipelines.at(order.pipeline).target;
  wanted.home = call.app.home;
  wanted.params = jobs::to_json(order);
  wanted.actor = call.caller.actor;
  wanted.origin = call.request.remote;
  return wanted;
}

http::Response replay(const Earlier& earlier) {
  if (!earlier.same_request)
    return http::problem(422, "this Idempotency-Key came with another order before",
                         "Use a new key for a new order.");
  return job_answer(202, earlier.answer, earlier.job);
}

Result<http::Response> enter(Call& call, const jobs::IngestOrder& order, const KeyedOrder& keyed) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(*call.session));
  if (const auto earlier = TRY(take_key(*call.session, keyed))) return replay(*earlier);
  const jobs::Entry entry = TRY(jobs::enqueue(*call.session, job_for(call, order)));
  const std::string answer = to_json(entry.job);
  // A refusal is not kept: the same order may be sent again when the target is free.
  if (entry.accepted)
    TRY(keep_answer(*call.session, keyed, entry.job.id, answer));
  else
    TRY(forget_key(*call.session, keyed));
  TRY(transaction.commit());
  return entry.accepted ? job_answer(202, answer, entry.job.id) : busy_answer(entry.job);
}

}  // namespace

http::Response busy_answer(const jobs::Job& holder) {
  const Error busy = jobs::held_by(holder);
  http::Response response = http::problem_about(holder.id, 409, busy.summary(),
                                                fmt::format("Watch it at /api/jobs/{}.", holder.id));
  response.headers.emplace_back("Location", fmt::format("/api/jobs/{}", holder.id));
  return response;
}

Result<http::Response> order_ingest(Call& call) {
  const http::Request& request = call.request;
  if (!request.body.empty() && !is_json(request.header("content-type")))
    return http::problem(415, "an ingest order is JSON", "Send it with Content-Type: application/json.");
  const std::string key(request.header("idempotency-key"));
  if (!key.empty() && !is_idempotency_key(key))
    return http::problem(400, "an Idempotency-Key has 1 to 200 printable characters");
  const jobs::IngestOrder order = TRY(jobs::resolve(TRY(jobs::parse_order(request.body)), call.app.config));
  if (order.promote && !auth::holds(call.caller.role, auth::Role::promote))
    return forbidden(name(auth::Role::promote));
  return enter(call, order, {call.caller.actor, key, sha256_hex(request.target + '\n' + request.body)});
}

}  // namespace slipway::api
