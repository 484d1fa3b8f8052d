// One numbered step of the control database's shape, as the binary carries it.
#pragma once

#include <span>
#include <string>

namespace slipway::migrations {

struct Migration {
  int number = 0;
  std::string name;      // of its file, without ".sql"
  std::string checksum;  // sha256 of its file
  std::string sql;
};

// Those of this binary, by number.
std::span<const Migration> embedded();

}  // namespace slipway::migrations
