// The sequences that number the rows of carried tables: serial and identity columns, and any other default.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/carry/match.hpp"

namespace slipway::swap::carry {

struct Sequence {
  long long table = 0;
  std::string column;
  long long oid = 0;
  std::string sql;  // qualified
  std::string last_value;
  bool is_called = false;
};

Result<std::vector<Sequence>> sequences_of(pg::Session& session, const std::vector<const Table*>& tables);
// In the candidate's transaction: what its sequences stand at, so that they can be set back.
Done note_sequences(pg::Session& candidate, const std::vector<Sequence>& own);
// Statements that make the candidate's stand where live's do, column by column.
std::string set_like(const std::vector<Pair>& pairs, const std::vector<Sequence>& live,
                     const std::vector<Sequence>& candidate);

}  // namespace slipway::swap::carry
