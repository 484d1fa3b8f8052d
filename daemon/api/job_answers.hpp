// What the routes about jobs have in common.
#pragma once

#include <optional>
#include <string>

#include "daemon/api/route.hpp"
#include "daemon/jobs/queue.hpp"

namespace slipway::api {

// What the path holds as a whole positive number; nothing for anything else.
std::optional<long long> path_number(const Call& call);
// The number in the path; Kind::usage for anything else.
Result<long long> job_id(const Call& call);
// The job; a 202 with its Location.
http::Response job_answer(int status, const std::string& json, long long job);
// 409, naming the job that holds the target.
http::Response busy_answer(const jobs::Job& holder);

}  // namespace slipway::api
