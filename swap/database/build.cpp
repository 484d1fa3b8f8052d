// Making a snapshot in database mode: an empty database, then closed and ready.
#include "swap/adopt.hpp"
#include "swap/database/database.hpp"
#include "swap/manifest_table.hpp"

namespace slipway::swap {

Done Database::make_empty(Build& build) {
  pg::Session& session = *TRY(server());
  build.owner = TRY(owner_like(session, name_));
  build.reader = TRY(reader_of(session, name_));
  const unsigned oid =
      TRY(make_database(session, name_of(build.manifest.id), build.owner, TRY(locale_like(session, name_))));
  TRY(TRY(registry())->put({build.manifest, oid, false}));
  build.place = TRY(place(build.manifest.id));
  return {};
}

Done Database::make(Build& build) {
  TRY(make_empty(build));
  return make_manifest_table(build);
}

Done Database::make_manifest_table(const Build& build) {
  pg::Session session = TRY(enter(seams_, build.place));
  return create_manifest_table(session, build.owner, build.reader, build.manifest);
}

Done Database::adopt(Manifest& manifest, const Path&) {
  Registry& registry = *TRY(this->registry());
  TRY(registry.make());
  pg::Session& session = *TRY(server());
  const std::optional<Made> entry = TRY(find(name_));
  if (!entry)
    return error(Kind::refused, "there is no database {} to adopt", name_)
        .next("Build the first snapshot instead: slipway ingest PIPELINE --promote");
  manifest.id = TRY(reserve_id());
  manifest.postgresql_version = TRY(session.query("show server_version")).string(0, 0);
  manifest.bytes = TRY(database_bytes(session, entry->oid));
  pg::Session inside = TRY(enter(seams_, {TRY(conninfo_of(name_)), ""}));
  TRY(describe_adopted(inside, "", TRY(owner_like(session, name_)), TRY(reader_of(session, name_)),
                       manifest));
  return registry.put({manifest, entry->oid, false});
}

Done Database::finish(Build& build) {
  Kept kept;
  {
    pg::Session session = TRY(enter(seams_, build.place));
    build.manifest.fingerprint = TRY(shape_fingerprint(session));
    kept = TRY(read_kept(session, ""));
    TRY(complete_manifest_table(session, build.manifest));
  }
  const DatabaseEntry entry = TRY(entry_of(build.manifest.id));
  TRY(close(*TRY(server()), entry));
  build.manifest.bytes = TRY(database_bytes(*TRY(server()), entry.oid));
  return keep_finished(build, entry.oid, kept);
}

}  // namespace slipway::swap
