#include "swap/engine.hpp"

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "base/version.hpp"
#include "swap/database/database.hpp"
#include "swap/schema/schema.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {

std::unique_ptr<Engine> engine_of(const Context& context) {
  if (context.target.mode == config::Mode::database) return std::make_unique<Database>(context);
  if (context.target.mode == config::Mode::schema) return std::make_unique<Schema>(context);
  return std::make_unique<Volume>(context);
}

Manifest first_manifest(const BuildOrder& order, const std::string& id, WallTime now) {
  Manifest manifest;
  manifest.id = id;
  manifest.build_uuid = new_uuid();
  manifest.fence = order.fence;
  manifest.boot_id = boot_id();
  manifest.pipeline = order.pipeline;
  manifest.parameters = order.parameters;
  manifest.created_ms = epoch_ms(now);
  manifest.slipway_version = version;
  return manifest;
}

Done Engine::adopt(Manifest&, const Path&) {
  return error(Kind::usage, "`swap adopt` is not built for this mode yet");
}

Done Engine::let_be_taken_over(Build&) {
  return {};
}

Result<std::optional<Build>> Engine::take_over(const BuildOrder&) {
  return std::optional<Build>();
}

Done Engine::restart(Build& build) {
  return fail("the server of snapshot {} is not ours to start", build.manifest.id);
}

Result<std::optional<Kept>> Engine::kept(const std::string&) {
  return std::optional<Kept>();
}

Result<bool> Engine::thaw(const std::string&) {
  return false;
}

SnapshotState state_of(const Manifest& manifest, const Journal& journal, const std::string& live) {
  const auto record = journal.snapshots.find(manifest.id);
  if (manifest.id == live) return SnapshotState::live;
  if (record != journal.snapshots.end() && record->second.bad) return SnapshotState::bad;
  if (manifest.state != SnapshotState::ready) return manifest.state;
  const bool was_live = record != journal.snapshots.end() && record->second.first_promoted_ms > 0;
  return was_live ? SnapshotState::retired : SnapshotState::ready;
}

Result<std::vector<Snapshot>> snapshots_of(Engine& engine, const Journal& journal, const std::string& live) {
  std::vector<Snapshot> found;
  for (Manifest& manifest : TRY(engine.manifests())) {
    const auto record = journal.snapshots.find(manifest.id);
    const bool pinned = record != journal.snapshots.end() && record->second.pinned;
    const SnapshotState state = state_of(manifest, journal, live);
    found.push_back({std::move(manifest), state, pinned});
  }
  return found;
}

Result<pg::Session> enter(const Seams& seams, const Place& place, const pg::Options& options) {
  pg::Session session = TRY(seams.connections.open(place.conninfo, options));
  if (!place.schema.empty()) TRY(session.script("set search_path to " + pg::quoted(place.schema)));
  return session;
}

}  // namespace slipway::swap
