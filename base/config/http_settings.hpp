// How the daemon's HTTP server is reached: `tls`, `trusted_proxies`.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_tls(const Scope& scope, const Value& map, Config& config);
Value show_tls(const Config& config);
void read_trusted_proxies(const Scope& scope, const Value& list, Config& config);
Value show_trusted_proxies(const Config& config);

}  // namespace slipway::config
