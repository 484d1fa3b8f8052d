// A receiver of notices: its name, and the request that tells it one.
#pragma once

#include <string>
#include <vector>

#include "base/config/notify.hpp"
#include "base/http_client.hpp"
#include "migrations/notices.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::swap {

// Names it in the control database and in the log; no secret.
std::string channel_name(const config::Channel& channel);
std::vector<notices::Receiver> receivers_of(const config::Config& config);

// Reads the channel's secret, which stands in no error.
Result<web::Request> request_for(const config::Channel& channel, const notices::Waiting& notice,
                                 WallTime now);

}  // namespace slipway::swap
