#include "daemon/api/enter_order.hpp"

#include "base/digest.hpp"
#include "daemon/api/idempotency.hpp"
#include "daemon/api/job_answers.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

bool is_json(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find_first_of("; "));
  return type == "application/json";
}

http::Response replay(const Earlier& earlier) {
  if (!earlier.same_request)
    return http::problem(422, "this Idempotency-Key came with another order before",
                         "Use a new key for a new order.");
  return job_answer(202, earlier.answer, earlier.job);
}

}  // namespace

std::optional<http::Response> refuse_order(const http::Request& request) {
  if (!request.body.empty() && !is_json(request.header("content-type")))
    return http::problem(415, "an order is JSON", "Send it with Content-Type: application/json.");
  const std::string_view key = request.header("idempotency-key");
  if (!key.empty() && !is_idempotency_key(key))
    return http::problem(400, "an Idempotency-Key has 1 to 200 printable characters");
  return std::nullopt;
}

Result<http::Response> enter_order(Call& call, const std::function<Result<jobs::Entry>()>& enqueue) {
  const http::Request& request = call.request;
  const KeyedOrder keyed{call.caller.actor, std::string(request.header("idempotency-key")),
                         sha256_hex(request.target + '\n' + request.body)};
  pg::Transaction transaction = TRY(pg::Transaction::begin(*call.session));
  if (const auto earlier = TRY(take_key(*call.session, keyed))) return replay(*earlier);
  const jobs::Entry entry = TRY(enqueue());
  const std::string answer = to_json(entry.job);
  // A refusal is not kept: the same order may be sent again when the target is free.
  if (entry.accepted)
    TRY(keep_answer(*call.session, keyed, entry.job.id, answer));
  else
    TRY(forget_key(*call.session, keyed));
  TRY(transaction.commit());
  return entry.accepted ? job_answer(202, answer, entry.job.id) : busy_answer(entry.job);
}

http::Response busy_answer(const jobs::Job& holder) {
  const Error busy = jobs::held_by(holder);
  http::Response response = http::problem_about(holder.id, 409, busy.summary(),
                                                fmt::format("Watch it at /api/jobs/{}.", holder.id));
  response.headers.emplace_back("Location", fmt::format("/api/jobs/{}", holder.id));
  return response;
}

}  // namespace slipway::api
