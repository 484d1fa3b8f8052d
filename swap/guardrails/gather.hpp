// Gathers what the guardrails judge from the two snapshots, as far as they answer.
#pragma once

#include <optional>
#include <string>

#include "base/config/target.hpp"
#include "base/pg/session.hpp"
#include "swap/guardrails/findings.hpp"

namespace slipway::swap {

// Where one of the two is asked; no session: it does not run, or takes none.
struct Asked {
  pg::Session* session = nullptr;
  std::string schema;        // as in Place
  std::optional<Kept> kept;  // as it was finished
};

// Fills in what the two can say; manifests and disk are the caller's.
Done gather(const config::Target& target, const Asked& live, const Asked& candidate, Findings& findings);

}  // namespace slipway::swap
