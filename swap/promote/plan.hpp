// Which snapshot a promotion or a rollback goes to, and whether its guardrails let it. Pure: it looks at
// nothing but its arguments.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {

enum class Direction { forward, back };

struct Choice {
  std::string from;       // what is live; empty: nothing
  std::string to;         // empty: there is nothing to do
  std::string unchanged;  // why there is nothing to do
};

struct Wish {
  Direction direction = Direction::forward;
  std::string id;  // empty: the default candidate, or the previous snapshot
  std::optional<std::string> expect_live;
};

// Kind::refused where the wish cannot be had.
Result<Choice> choose(const Wish& wish, const std::vector<Snapshot>& snapshots, const Journal& journal,
                      const std::string& live);

struct Guardrail {
  std::string name;
  bool ok = false;
  std::string detail;
};

// `live` is null where nothing is. A rollback is held to what it goes to only: fewer rows are what it may be
// for.
std::vector<Guardrail> guardrails(const config::Guardrails& limits, Direction direction,
                                  const Manifest& candidate, const Manifest* live);
// Kind::refused, naming each guardrail that fails and is not in `allowed`.
Done check(const std::vector<Guardrail>& guardrails, const std::set<std::string>& allowed);

}  // namespace slipway::swap
