// Whose word about the client's address and scheme is taken: that of the proxies that the config names.
#pragma once

#include <string>
#include <vector>

#include "base/network.hpp"
#include "daemon/http/message.hpp"

namespace slipway::http {

// Rewrites `remote` and `secure` by X-Forwarded-For and X-Forwarded-Proto, where it came from such a proxy:
// the client is the last address of the list that is no proxy itself.
void believe(Request& request, const std::vector<Network>& proxies);

}  // namespace slipway::http
