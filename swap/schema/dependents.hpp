// What hangs on the objects of one schema from outside it, and what a candidate's own objects hang on: found
// in the catalog, and decided here, one by one, whether the switch takes it along or is refused.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

// How something hangs on live's schema.
enum class Bond {
  view,
  function,   // by its body or the default of an argument
  signature,  // by the type of an argument or of its result
  foreign_key,
  check,
  default_value,
  policy,
  trigger,
  publication,
  publication_of_schema,
  default_privileges,
  other,  // nothing that can be moved along
};

struct Dependent {
  Bond bond = Bond::other;
  std::string oid;                    // of the view, function, constraint, …
  std::string what;                   // for people: "view reporting.v"
  std::string relation;               // OID of the table or view that its change locks; empty: none
  bool ours = false;                  // whether our role may change it
  std::vector<std::string> problems;  // why it cannot go along
};

// An object of the candidate that hangs on another snapshot of the target, or on live.
struct Inward {
  std::string what;
  std::string on;
};

struct SchemaPair {
  std::string name;       // of the target's schema
  std::string live;       // oid
  std::string candidate;  // oid
};

// Read with names as they are before the switch.
Result<std::vector<Dependent>> read_dependents(pg::Session& session, const SchemaPair& pair);
Result<std::vector<Inward>> read_inward(pg::Session& session, const SchemaPair& pair);
// From outside on this schema, other snapshots of the target included: what would be lost with it.
Result<std::vector<std::string>> hanging_on(pg::Session& session, const std::string& schema_oid);

struct RebindPlan {
  std::vector<Dependent> rebind;
  std::vector<std::string> refused;  // each with its reason
};

RebindPlan plan_rebind(std::vector<Dependent> dependents, const std::vector<Inward>& inward);
// The same, of what stands in the catalog now, where tables that match `carry` are carried.
Result<RebindPlan> rebind_plan(pg::Session& session, const SchemaPair& pair,
                               const std::vector<std::string>& carry);
// Kind::refused with all the names, where there are any.
Done refusal_of(const RebindPlan& plan);

}  // namespace slipway::swap
