// Rows on their way from one session to another, and whether they arrived.
#pragma once

#include <string>

#include "base/pg/connections.hpp"
#include "swap/carry/match.hpp"

namespace slipway::swap::carry {

inline constexpr Seconds patience{4 * 3600};  // of one statement while nobody is held

// A session that reads and writes text alike whatever its role, database or server has set, that waits for no
// lock longer than it says, and that others know as carry's.
Result<pg::Session> connect(pg::Connections& connections, const Place& place, const std::string& known_as,
                            Millis call_limit);

// COPY (query) TO there, COPY table (columns) FROM here; the rows.
Result<long long> pump(pg::Session& from, const std::string& query, pg::Session& to, const std::string& into,
                       bool binary);

// `"a", "b"`, with a prefix such as `t.`.
std::string column_list(const std::vector<std::string>& columns, const std::string& prefix = "");

// How many rows, and a sum over them that does not depend on their order.
struct Checksum {
  std::string rows;
  std::string sum;
  bool operator==(const Checksum&) const = default;
};
// `from_where`: everything of the query from its FROM on, where the table is `t`.
Result<Checksum> checksum(pg::Session& session, const Pair& pair, const std::string& from_where);
Done compare(const Pair& pair, const Checksum& live, const Checksum& candidate);

}  // namespace slipway::swap::carry
