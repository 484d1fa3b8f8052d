// The guardrails of one promotion or rollback, with what its engine can tell at that moment.
#pragma once

#include <string>
#include <vector>

#include "swap/engine.hpp"
#include "swap/guardrails/guardrails.hpp"

namespace slipway::swap {

// A frozen candidate is judged by what was kept of it when it was finished. One that is prepared for the
// switch answers the rest, and for its structure where nothing was kept.
enum class Candidate { frozen, prepared };

// `live` is an id; empty: nothing is.
Result<std::vector<Guardrail>> inspect(const Context& context, Engine& engine, Direction direction,
                                       const std::string& live, const std::string& to, Candidate candidate);

}  // namespace slipway::swap
