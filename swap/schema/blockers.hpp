// What an operator should know before a promotion in schema mode, while nobody is held: what the switch would
// be refused by, and what it would wait for.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

// `live` and `candidate` are names of schemas; live's need not be there. `carry` are the target's patterns.
Result<std::vector<std::string>> schema_blockers(pg::Session& session, const std::string& live,
                                                 const std::string& candidate,
                                                 const std::vector<std::string>& carry);

}  // namespace slipway::swap
