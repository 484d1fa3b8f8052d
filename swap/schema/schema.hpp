// The schema engine: a snapshot is a schema `<name>__<id>` of one database, live is the schema `<name>`, and
// the switch is two renames in one transaction. Which is which stands in the registry, by OID, in schema
// `slipway` of the same database.
//
// The role of `server` needs CREATE on the database, and to own live's schema and tables (or to be a member
// of the role that does), likewise what hangs on them from outside, with CREATE on the schemas of such views
// and functions. It need not be a superuser. As a member of pg_read_all_stats it sees whose transactions it
// waits for; without, it waits for all of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swap/registry/registered.hpp"
#include "swap/schema/catalog.hpp"
#include "swap/schema/dependents.hpp"

namespace slipway::swap {

class Schema final : public Registered {
 public:
  explicit Schema(const Context& context) : Registered(context, "schema") {}

  // Snapshots: build.cpp.
  Done adopt(Manifest& manifest, const Path& folder) override;
  Done finish(Build& build) override;
  Done bury(const std::string& id) override;
  Result<Place> place(const std::string& id) override;

  // A promotion: promotion.cpp, and flip.cpp for the switch itself.
  std::vector<EngineStep> prepare(const Attempt& attempt) override;
  std::vector<EngineStep> close_live(const Attempt&) override { return {}; }  // the switch's own locks do it
  Done flip(const Attempt& attempt, const Journal& switched) override;
  std::vector<EngineStep> close_previous(const Attempt& attempt) override;
  Done probe(const Identity& expected) override;
  std::vector<EngineStep> retire(const Attempt& attempt) override;
  Done reopen_live(const Attempt&) override { return {}; }  // nothing closes it ahead of the switch
  Done freeze(const std::string& id) override;
  Done unlink(const Attempt& attempt) override;
  Result<FrontDoor> front_door() override;

 private:
  Result<RegistryPlace> find_registry() override;
  Result<std::vector<Made>> made() override;
  std::string name_of(const std::string& id) const override { return schema_of_snapshot(name_, id); }
  std::optional<std::string> id_of(const std::string& name) const override {
    return id_of_schema(name_, name);
  }
  Done make(Build& build) override;
  Done copy_live(Build& build) override;
  Done drop(const Made& made) override;

  Result<std::string> conninfo();
  Done note_oid(const Build& build);
  Done name_roles(Build& build);
  Done hold_patiently(Registry& lock, const std::string& id);

  // The two of an attempt, with live's OID 0 where nothing was.
  struct Two {
    SchemaPair pair;
    unsigned from = 0;
    unsigned to = 0;
  };
  Result<Two> two_of(const Attempt& attempt);
  Done check_roles(const Attempt& attempt);
  Done check_dependents(const Attempt& attempt);
  Done copy_grants(const Attempt& attempt);
  Done wait_for_snapshots(const Attempt& attempt);
  Done switch_in(pg::Session& session, const Attempt& attempt, const Two& two, Millis lock_limit);
  Result<bool> worth_trying(const Two& two);
  Done check_rows();
  Done end_reshaped(const Attempt& attempt);
};

}  // namespace slipway::swap
