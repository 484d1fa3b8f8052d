// What would fire or refuse while a candidate's carried tables are being filled: its triggers must not run a
// second time for rows that users wrote in live, and foreign keys to a carried table would follow every row
// that is replaced. Both are laid aside in the transaction, put back before its end, and what they would have
// refused is looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/carry/tables.hpp"

namespace slipway::swap::carry {

struct ForeignKey {
  struct Column {
    std::string child, equals, parent;  // "parent equals child"
  };
  std::string name;
  long long child_oid = 0, parent_oid = 0;
  std::string child, parent;  // qualified
  std::string definition;     // as it shall stand again
  bool validated = false;
  bool can_wait = false;  // it can be put back without a look at every row, which follows later
  std::vector<Column> columns;
};

struct LaidAside {
  std::vector<std::string> put_back;  // triggers
  std::vector<ForeignKey> keys;       // that lead to one of the tables
};

// In the transaction of the caller.
Result<LaidAside> lay_aside(pg::Session& session, const std::vector<const Table*>& tables);
Done put_back(pg::Session& session, const LaidAside& aside);
// Outside of any hold: the keys that were put back unchecked, of those tables.
Done check_put_back(pg::Session& session, const std::vector<const Table*>& tables);

// A row of `children` (an alias c of the child, with a condition) that leads nowhere; an error names it.
Done refuse_orphans(pg::Session& session, const ForeignKey& key, const std::string& condition = "");
// The same for the children of rows that a round took away, which stand in `gone`.
Done refuse_orphans_of(pg::Session& session, const ForeignKey& key, const std::string& gone);

}  // namespace slipway::swap::carry
