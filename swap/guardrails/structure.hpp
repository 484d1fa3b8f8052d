// Guardrails on what live has: a candidate may add, and may not lose or change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "swap/guardrails/findings.hpp"

namespace slipway::swap {

// "a, b, c and 4 more"
std::string first_few(const std::vector<std::string>& objects);

// Whether a rollback is held to that kind too: what connected clients remember, and what the data files of
// the other snapshot would be read wrongly with.
bool holds_rollbacks(std::string_view kind);

Guardrail structure_guardrail(const ShapeKind& kind, const std::vector<Difference>& differences);

}  // namespace slipway::swap
