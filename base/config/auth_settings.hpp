// `public_url` and `auth`: where people sign in, and who may do what.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_public_url(const Scope& scope, const Value& value, Config& config);
Value show_public_url(const Config& config);
void read_auth(const Scope& scope, const Value& map, Config& config);
Value show_auth(const Config& config);

// That a browser can come back from signing in, over a connection that nobody reads.
void check_auth(const Config& config, Mistakes& mistakes);

}  // namespace slipway::config
