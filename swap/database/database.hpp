// The database engine: a snapshot is a database `<name>__<id>` of one server, live is the database `<name>`,
// and the switch is two renames in one transaction. Which is which stands in the registry, by OID, in a
// database of Slipway's own on that server.
//
// The role of `server` needs CREATEDB and to own these databases (or to be a member of the role that does),
// and to end other roles' sessions it needs pg_signal_backend. It need not be a superuser.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swap/database/catalog.hpp"
#include "swap/registry/registered.hpp"

namespace slipway::swap {

class Database final : public Registered {
 public:
  explicit Database(const Context& context) : Registered(context, "database") {}

  // Snapshots: build.cpp and clone.cpp.
  Done finish(Build& build) override;
  Done adopt(Manifest& manifest, const Path& folder) override;
  Done bury(const std::string& id) override;
  Result<Place> place(const std::string& id) override;
  Result<bool> thaw(const std::string& id) override;

  // A promotion: promotion.cpp.
  std::vector<EngineStep> prepare(const Attempt& attempt) override;
  std::vector<EngineStep> close_live(const Attempt& attempt) override;
  Done flip(const Attempt& attempt, const Journal& switched) override;
  std::vector<EngineStep> close_previous(const Attempt&) override { return {}; }  // close_live() has done it
  Done probe(const Identity& expected) override;
  std::vector<EngineStep> retire(const Attempt& attempt) override;
  Done reopen_live(const Attempt& attempt) override;
  Done freeze(const std::string& id) override;
  Done unlink(const Attempt& attempt) override;
  Result<FrontDoor> front_door() override;

 private:
  Result<RegistryPlace> find_registry() override;
  Result<std::vector<Made>> made() override;
  std::string name_of(const std::string& id) const override { return database_of_snapshot(name_, id); }
  std::optional<std::string> id_of(const std::string& name) const override {
    return id_of_database(name_, name);
  }
  Done make(Build& build) override;
  Done copy_live(Build& build) override;
  Done drop(const Made& made) override;

  Result<std::string> conninfo_of(const std::string& database);
  // Of a snapshot, under whatever name it has now.
  Result<DatabaseEntry> entry_of(const std::string& id);
  Done make_empty(Build& build);
  Done make_manifest_table(const Build& build);
  Done close(pg::Session& session, const DatabaseEntry& entry);

  Done check_server(const Attempt& attempt);
  Done close_both(const Attempt& attempt);
  Done end_all(const Attempt& attempt);
  Done rename_both(pg::Session& session, const Attempt& attempt);
};

}  // namespace slipway::swap
