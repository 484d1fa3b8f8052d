#include "swap/state/cluster_state.hpp"

#include "swap/state/database_state.hpp"

namespace slipway::swap {

namespace {

// What is revoked takes more along than the comparison saw, and a role can be dropped only after its last
// privilege: so it is compared again, until nothing is left to do.
constexpr int most_rounds = 4;

// True when the candidate has all of it already.
Result<bool> copy_once(pg::Session& candidate, const Roles& wanted, const DatabaseState& of_live,
                       const std::string& database, Gone gone) {
  const std::vector<std::string> roles = statements(TRY(read_roles(candidate)), wanted, gone);
  TRY(run_together(candidate, roles));
  const DatabaseState now = TRY(read_database_state(candidate, database));
  if (now == of_live) return roles.empty();
  TRY(apply_database_state(candidate, database, of_live));
  return false;
}

Done copy_all(pg::Session& candidate, const Roles& wanted, const DatabaseState& of_live,
              const std::string& database, Gone gone) {
  for (int round = 0; round < most_rounds; ++round)
    if (TRY(copy_once(candidate, wanted, of_live, database, gone))) return {};
  return fail("the roles of the candidate do not become equal to live's");
}

}  // namespace

Done copy_cluster_state(pg::Session& live, pg::Session& candidate, const std::string& database, Gone gone) {
  const Roles wanted = TRY(read_roles(live));
  const DatabaseState of_live = TRY(read_database_state(live, database));
  pg::Transaction transaction = TRY(pg::Transaction::begin(candidate));
  Done copied = copy_all(candidate, wanted, of_live, database, gone);
  if (!copied)
    return fail("cannot give the candidate the roles and settings of live")
        .because(std::move(copied).error());
  return transaction.commit();
}

}  // namespace slipway::swap
