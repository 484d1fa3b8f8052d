// Making a snapshot in schema mode: an empty schema, then closed and ready.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "swap/adopt.hpp"
#include "swap/manifest_table.hpp"
#include "swap/schema/clone.hpp"
#include "swap/schema/rights.hpp"
#include "swap/schema/schema.hpp"

namespace slipway::swap {
namespace {

// The role that owns live, where ours may act for it; else ours.
Result<std::string> owner_like(pg::Session& session, const std::string& name) {
  const std::optional<SchemaEntry> live = TRY(find_schema(session, name));
  if (live && live->ours) return live->owner;
  return TRY(session.query("select current_user")).string(0, 0);
}

constexpr Millis copy_limit{24 * 3'600'000};
constexpr Millis between_tries{100};
constexpr int hold_tries = 600;

constexpr std::string_view complete_sql =
    "update slipway_manifest set inputs = $1, rows = $2, bytes = $3, fingerprint = $4, finished_at = now() "
    "where id = $5 and fence = $6";

}  // namespace

Done Schema::name_roles(Build& build) {
  pg::Session& session = *TRY(server());
  build.owner = TRY(owner_like(session, name_));
  build.reader = TRY(reader_of_schema(session, name_));
  build.place = {TRY(conninfo()), name_of(build.manifest.id)};
  return {};
}

Done Schema::note_oid(const Build& build) {
  const std::optional<Made> entry = TRY(find(build.place.schema));
  if (!entry) return fail("schema {} is gone as soon as it was made", build.place.schema);
  return TRY(registry())->put({build.manifest, entry->oid, false});
}

Done Schema::make(Build& build) {
  TRY(name_roles(build));
  pg::Session session = TRY(enter(seams_, build.place));
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const Result<pg::Rows> made = session.script(fmt::format(
      "create schema {} authorization {}", pg::quoted(build.place.schema), pg::quoted(build.owner)));
  if (!made)
    return with_privilege(made.error(),
                          "The role of `server` needs CREATE on the database: GRANT CREATE ON "
                          "DATABASE … TO … .");
  TRY(create_manifest_table(session, build.owner, build.reader, build.manifest));
  if (!build.reader.empty())
    TRY(session.script(fmt::format("grant usage on schema {} to {}", pg::quoted(build.place.schema),
                                   pg::quoted(build.reader))));
  TRY(transaction.commit());
  return note_oid(build);
}

// The names are moved about inside one transaction, so no promotion may come in between.
Done Schema::copy_live(Build& build) {
  TRY(name_roles(build));
  const CloneOrder order{build.place.conninfo, name_, build.place.schema};
  Registry lock(seams_, TRY(registry())->place());
  TRY(hold_patiently(lock, build.manifest.id));
  pg::Session session = TRY(seams_.connections.open(build.place.conninfo));
  session.limit(copy_limit);
  {
    pg::Transaction transaction = TRY(pg::Transaction::begin(session));
    TRY(copy_structure(seams_.processes, session, order));
    TRY(session.script("set local search_path to " + pg::quoted(build.place.schema)));
    TRY(create_manifest_table(session, build.owner, build.reader, build.manifest));
    TRY(transaction.commit());
  }
  lock.release();
  TRY(note_oid(build));
  pg::Transaction transaction = TRY(pg::Transaction::begin(session, "isolation level repeatable read"));
  build.manifest.rows = TRY(copy_rows(session, order));
  return transaction.commit();
}

Done Schema::hold_patiently(Registry& lock, const std::string& id) {
  for (int left = hold_tries;; --left) {
    Done held = lock.hold("build of " + id);
    if (held || held.error().kind() != Kind::busy || left == 1) return held;
    seams_.clock.sleep(between_tries);
  }
}

Done Schema::adopt(Manifest& manifest, const Path&) {
  Registry& registry = *TRY(this->registry());
  TRY(registry.make());
  pg::Session& session = *TRY(server());
  const std::optional<Made> entry = TRY(find(name_));
  if (!entry)
    return error(Kind::refused, "there is no schema {} to adopt", name_)
        .next("Build the first snapshot instead: slipway ingest PIPELINE --promote");
  manifest.id = TRY(reserve_id());
  manifest.postgresql_version = TRY(session.query("show server_version")).string(0, 0);
  pg::Session inside = TRY(enter(seams_, {TRY(conninfo()), name_}));
  TRY(describe_adopted(inside, name_, TRY(owner_like(session, name_)), TRY(reader_of_schema(session, name_)),
                       manifest));
  // As finish() counts: with its manifest's own table, and without the rest of the database.
  manifest.bytes = TRY(schema_bytes(session, entry->oid));
  TRY(inside.query("update slipway_manifest set bytes = $1", {std::to_string(manifest.bytes)}));
  return registry.put({manifest, entry->oid, false});
}

Done Schema::finish(Build& build) {
  Manifest& manifest = build.manifest;
  const Made entry = TRY(made_of(manifest.id));
  pg::Session session = TRY(enter(seams_, build.place));
  const Kept kept = TRY(read_kept(session, entry.name));
  manifest.fingerprint = sha256_hex(to_json(kept.shape).dump());
  manifest.bytes = TRY(schema_bytes(session, entry.oid));
  const pg::Rows updated =
      TRY(session.query(complete_sql, {nlohmann::json(manifest.inputs).dump(),
                                       nlohmann::json(manifest.rows).dump(), std::to_string(manifest.bytes),
                                       manifest.fingerprint, manifest.id, std::to_string(manifest.fence)}));
  if (updated.affected() != 1)
    return fail("the build of snapshot {} was taken over by another job", manifest.id);
  TRY(close_schema(session, entry.oid));
  return keep_finished(build, entry.oid, kept);
}

}  // namespace slipway::swap
