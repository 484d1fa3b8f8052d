// Which migrations are still to come; a past that does not match this binary is refused.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "migrations/migration.hpp"

namespace slipway::migrations {

struct Applied {
  int number = 0;
  std::string name;
  std::string checksum;
};

// Both by number. Kind::refused where a past migration was changed, is missing, or is newer than this binary.
Result<std::vector<Migration>> pending(std::span<const Migration> known, std::span<const Applied> applied);

}  // namespace slipway::migrations
