#include "swap/database/database.hpp"

#include "base/pg/conninfo.hpp"
#include "swap/database/sessions.hpp"

namespace slipway::swap {
namespace {

constexpr Millis end_limit{30'000};

}  // namespace

Result<RegistryPlace> Database::find_registry() {
  const std::string server = TRY(target_.server.read());
  const std::string entry = TRY(entry_database(server, name_));
  return RegistryPlace{config::Mode::database, name_, server, entry, target_.maintenance};
}

Result<std::vector<Made>> Database::made() {
  std::vector<Made> all;
  for (DatabaseEntry& one : TRY(databases(*TRY(server())))) all.push_back({one.oid, std::move(one.name)});
  return all;
}

Result<std::string> Database::conninfo_of(const std::string& database) {
  return pg::with_database(TRY(registry())->place().server, database);
}

Result<DatabaseEntry> Database::entry_of(const std::string& id) {
  const std::optional<DatabaseEntry> entry = TRY(find_database(*TRY(server()), TRY(made_of(id)).oid));
  if (!entry) return fail("the database of snapshot {} is gone", id).next("See: swap list");
  return *entry;
}

Result<Place> Database::place(const std::string& id) {
  return Place{TRY(conninfo_of(TRY(made_of(id)).name)), ""};
}

Result<bool> Database::thaw(const std::string& id) {
  const DatabaseEntry entry = TRY(entry_of(id));
  if (entry.open) return false;
  TRY(set_open(*TRY(TRY(registry())->session()), entry.name, true));
  return true;
}

// Nobody may be in it for the rename; a retired one is closed already.
Done Database::bury(const std::string& id) {
  if (TRY(live()) == id) return error(Kind::refused, "snapshot {} is live", id);
  SnapshotRow row = TRY(row_of(id));
  row.buried = true;
  pg::Session& session = *TRY(TRY(registry())->session());
  const std::optional<DatabaseEntry> entry = TRY(find_database(session, row.oid));
  if (entry) TRY(close(session, *entry));
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  if (entry) TRY(rename_database(session, entry->name, buried_database(name_, id)));
  TRY(TRY(registry())->put(row));
  return transaction.commit();
}

Done Database::drop(const Made& made) {
  return drop_database(*TRY(server()), made.name);
}

Done Database::close(pg::Session& session, const DatabaseEntry& entry) {
  if (entry.open) TRY(set_open(session, entry.name, false));
  return end_sessions(seams_.clock, session, {entry.oid}, end_limit);
}

Result<FrontDoor> Database::front_door() {
  if (target_.front.given()) return FrontDoor{TRY(target_.front.read()), "", "the front door"};
  return FrontDoor{TRY(conninfo_of(name_)), "", "server, directly: no front door is configured"};
}

}  // namespace slipway::swap
