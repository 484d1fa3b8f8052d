#include "swap/schema/schema.hpp"

#include "base/pg/conninfo.hpp"
#include "swap/carry/undo.hpp"

namespace slipway::swap {

Result<RegistryPlace> Schema::find_registry() {
  const std::string server = TRY(target_.server.read());
  const std::string database = TRY(pg::database_of(server));
  if (database.empty())
    return error(Kind::usage, "the server of target {} names no database", target_.name)
        .at(target_.at)
        .next("In schema mode `server` says which: postgresql://host/DATABASE");
  return RegistryPlace{config::Mode::schema, name_, server, database, database};
}

Result<std::vector<Made>> Schema::made() {
  std::vector<Made> all;
  for (SchemaEntry& one : TRY(schemas(*TRY(server())))) all.push_back({one.oid, std::move(one.name)});
  return all;
}

Result<std::string> Schema::conninfo() {
  const RegistryPlace& place = TRY(registry())->place();
  return pg::with_database(place.server, place.database);
}

Result<Place> Schema::place(const std::string& id) {
  const std::string schema = TRY(made_of(id)).name;  // not within the braces: an early return would leak
  return Place{TRY(conninfo()), schema};
}

// What hangs on it is looked for now, so that whoever asks for the removal hears of it.
Done Schema::bury(const std::string& id) {
  if (TRY(live()) == id) return error(Kind::refused, "snapshot {} is live", id);
  SnapshotRow row = TRY(row_of(id));
  const std::vector<std::string> hanging = TRY(hanging_on(*TRY(server()), std::to_string(row.oid)));
  if (!hanging.empty())
    return error(Kind::refused, "snapshot {} stays: {} hangs on it", id, hanging.front())
        .next("Drop it, or let it use live's schema by its name.");
  row.buried = true;
  return TRY(registry())->put(row);
}

Done Schema::drop(const Made& made) {
  pg::Session& session = *TRY(server());
  TRY(end_builders(seams_.clock, session, made.oid));
  TRY(carry::forget(seams_.connections, Place{TRY(conninfo()), made.name}));
  return drop_schema(session, {made.oid, made.name, "", true});
}

Result<FrontDoor> Schema::front_door() {
  if (target_.front.given()) return FrontDoor{TRY(target_.front.read()), name_, "the front door"};
  return FrontDoor{TRY(conninfo()), name_, "server, directly: no front door is configured"};
}

}  // namespace slipway::swap
