// Who asks: by a token in the Authorization header, else by the cookie of a session.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/role.hpp"
#include "base/pg/session.hpp"
#include "daemon/http/message.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::api {

struct Identity {
  auth::Caller caller;
  std::string csrf;  // of a session; empty where a token was sent
};

// The token of `Authorization: Bearer …`; empty if there is none of the right shape.
std::string_view bearer_token(const http::Request& request);
// Has something of the right shape; nothing is looked up.
bool has_credentials(const http::Request& request);
Result<std::optional<Identity>> identify(pg::Session& session, const config::Config& config,
                                         const http::Request& request);

// A browser sends the cookie whoever's page asks for a change: it must be one of ours, and know the CSRF
// token. The refusal; nothing if all is well.
std::optional<http::Response> refuse_other_sites(const http::Request& request, const std::string& csrf,
                                                 const std::string& origin);

}  // namespace slipway::api
