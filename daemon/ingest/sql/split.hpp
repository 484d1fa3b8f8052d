// Cuts a SQL file into its statements, so that each can be run and blamed for itself.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace slipway::ingest {

struct SqlStatement {
  std::size_t offset = 0;  // of its first character that is neither space nor comment
  std::string_view text;   // without the semicolon
};

// Knows strings, quoted names, dollar quotes, nested comments and BEGIN ATOMIC bodies. Empty statements are
// left out. psql's own commands (a backslash at the beginning of a statement) come as a statement of one
// line.
std::vector<SqlStatement> split_sql(std::string_view sql);

// Line and column, in characters, of a byte in that text.
Position position_of(std::string_view sql, std::size_t offset, const std::string& file);

}  // namespace slipway::ingest
