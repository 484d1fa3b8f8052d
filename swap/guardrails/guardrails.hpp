// Whether a promotion or a rollback may go on: each guardrail has a name, and says what fails by name. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/config/target.hpp"
#include "swap/guardrails/findings.hpp"

namespace slipway::swap {

// A rollback is held only to what clients and the server would stumble over in what it goes to: fewer rows or
// an older structure are what it may be for.
std::vector<Guardrail> guardrails(const config::Guardrails& limits, const Findings& findings);

// Kind::refused, naming each guardrail that fails and is not in `allowed`.
Done check(const std::vector<Guardrail>& guardrails, const std::set<std::string>& allowed);
// Whether connected clients would meet rows or types that they do not expect.
bool reshapes(const std::vector<Guardrail>& guardrails);

}  // namespace slipway::swap
