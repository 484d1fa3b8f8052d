// The few pages that a person meets while signing in: plain HTML that loads nothing and runs nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.hpp"

namespace slipway::api {

std::string escaped(std::string_view text);
// Paragraphs of plain text below the title, and a link to sign in again.
http::Response page(int status, std::string_view title, const std::vector<std::string>& paragraphs);

}  // namespace slipway::api
