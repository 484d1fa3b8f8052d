// POST /api/jobs/ingest: an order becomes a job, once.
#include "base/config/config.hpp"
#include "daemon/api/enter_order.hpp"
#include "daemon/api/errors.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/jobs/order.hpp"

namespace slipway::api {
namespace {

jobs::NewJob job_for(const Call& call, const jobs::IngestOrder& order) {
  jobs::NewJob wanted;
  wanted.pipeline = order.pipeline;
  wanted.target = call.app.config.pipelines.at(order.pipeline).target;
  wanted.home = call.app.home.path.string();
  wanted.params = jobs::to_json(order);
  wanted.actor = call.caller.actor;
  wanted.origin = call.request.remote;
  return wanted;
}

}  // namespace

Result<http::Response> order_ingest(Call& call) {
  if (auto refused = refuse_order(call.request)) return std::move(*refused);
  const jobs::IngestOrder order =
      TRY(jobs::resolve(TRY(jobs::parse_order(call.request.body)), call.app.config));
  if (order.promote && !auth::holds(call.caller.role, auth::Role::promote))
    return forbidden(name(auth::Role::promote));
  const jobs::NewJob wanted = job_for(call, order);
  return enter_order(call, [&] { return jobs::enqueue(*call.session, wanted); });
}

}  // namespace slipway::api
