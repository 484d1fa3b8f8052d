// Every error answer is made here: application/problem+json, with what to do next.
#pragma once

#include <string>
#include <string_view>

#include "daemon/http/message.hpp"

namespace slipway::http {

std::string_view reason_phrase(int status);

// The title is the status's; the detail says what happened; next what to do about it.
Response problem(int status, std::string_view detail, std::string_view next = "");
// The same, naming the job that it is about.
Response problem_about(long long job, int status, std::string_view detail, std::string_view next);

}  // namespace slipway::http
