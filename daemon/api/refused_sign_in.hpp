// The audit's record of somebody who was not let in.
#pragma once

#include <string>

#include "base/pg/session.hpp"

namespace slipway::api {

// At most so many in ten minutes, as anybody can cause them; the log has them all.
Done record_refusal(pg::Session& session, const std::string& actor, const std::string& origin,
                    const std::string& why);

}  // namespace slipway::api
