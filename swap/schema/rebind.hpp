// Takes what hangs on live's schema along with the switch: the statements that let go of the old objects
// before the renames, those that bind the same text to the new ones after them, and checks that may wait.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/schema/dependents.hpp"

namespace slipway::swap {

struct Rebinding {
  std::vector<std::string> before;  // in the switch's transaction, while live has its name
  std::vector<std::string> after;   // in the same transaction, once the candidate has it
  // Constraints whose rows are to be checked when nobody is held any more; each as its table's OID and its
  // name, in SQL.
  std::vector<std::string> unchecked;
};

// From the catalog as it stands, which must be before the renames.
Result<Rebinding> read_rebinding(pg::Session& session, const std::vector<Dependent>& dependents);

// What a switch leaves to be checked is remembered in its transaction, and checked by whoever ends the
// promotion.
Done remember_unchecked(pg::Session& session, const std::string& name,
                        const std::vector<std::string>& unchecked);
Done check_unchecked(pg::Session& session, const std::string& name);

// Rows outside that would have no row to refer to in the candidate; each with its key's name.
Result<std::vector<std::string>> orphans(pg::Session& session, const std::vector<Dependent>& dependents,
                                         const SchemaPair& pair);

}  // namespace slipway::swap
