// POST /api/jobs/promote, rollback, prune: what `swap` does, ordered as a job.
#include "daemon/api/enter_order.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/jobs/swap_order.hpp"

namespace slipway::api {
namespace {

Result<http::Response> order(Call& call, const std::string& kind) {
  if (auto refused = refuse_order(call.request)) return std::move(*refused);
  const jobs::SwapOrder wish =
      TRY(jobs::resolve(TRY(jobs::parse_swap_order(kind, call.request.body)), call.app.config));
  jobs::NewJob wanted;
  wanted.kind = kind;
  wanted.target = wish.target;
  wanted.home = call.app.home.path.string();
  wanted.params = jobs::to_json(wish);
  wanted.actor = call.caller.actor;
  wanted.origin = call.request.remote;
  return enter_order(call, [&] { return jobs::enqueue(*call.session, wanted); });
}

}  // namespace

Result<http::Response> order_promote(Call& call) {
  return order(call, "promote");
}

Result<http::Response> order_rollback(Call& call) {
  return order(call, "rollback");
}

Result<http::Response> order_prune(Call& call) {
  return order(call, "prune");
}

}  // namespace slipway::api
