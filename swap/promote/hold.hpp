// Holding a target: its lock, and its journal as the last holder left it.
#pragma once

#include "swap/promote/promote.hpp"

namespace slipway::swap {

struct Held {
  FileLock lock;
  Journal journal;
};

// Kind::busy, naming the holder, while somebody within their lease has it. One that sits on an expired lease
// is ended.
Result<Held> hold_target(const Context& context, const std::string& actor);

}  // namespace slipway::swap
