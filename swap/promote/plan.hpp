// Which snapshot a promotion or a rollback goes to. Pure: it looks at nothing but its arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swap/engine.hpp"
#include "swap/guardrails/findings.hpp"

namespace slipway::swap {

struct Choice {
  std::string from;       // what is live; empty: nothing
  std::string to;         // empty: there is nothing to do
  std::string unchanged;  // why there is nothing to do
  bool reshaped = false;  // what connected clients remember is not what they will find
};

struct Wish {
  Direction direction = Direction::forward;
  std::string id;  // empty: the default candidate, or the previous snapshot
  std::optional<std::string> expect_live;
};

// Kind::refused where the wish cannot be had.
Result<Choice> choose(const Wish& wish, const std::vector<Snapshot>& snapshots, const Journal& journal,
                      const std::string& live);

}  // namespace slipway::swap
