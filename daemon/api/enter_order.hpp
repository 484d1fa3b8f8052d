// From an order to its job, once, whatever its kind.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "daemon/api/route.hpp"
#include "daemon/jobs/queue.hpp"

namespace slipway::api {

// What is wrong with the request before anybody looks into its body: its type, its Idempotency-Key.
std::optional<http::Response> refuse_order(const http::Request& request);

// In one transaction: the job and what is kept for its Idempotency-Key. A 202 with the job, the same again
// where the key has come before, or a 409 that names the job in the way.
Result<http::Response> enter_order(Call& call, const std::function<Result<jobs::Entry>()>& enqueue);

}  // namespace slipway::api
