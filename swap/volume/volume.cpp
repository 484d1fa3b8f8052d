#include "swap/volume/volume.hpp"

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "base/version.hpp"
#include "swap/volume/manifest_table.hpp"

namespace slipway::swap {
namespace {

// The newest id that this home has ever given out, removed snapshots included.
Result<std::string> last_id(const Seams& seams, const HomeNames& names) {
  std::string last;
  if (seams.files.exists(names.last_id())) last = TRY(seams.files.read(names.last_id(), 4096));
  if (!is_snapshot_id(last)) last.clear();
  for (const std::string& target : TRY(seams.files.list(names.targets())))
    for (const std::string& id : TRY(seams.files.list(target_names(names, target).snapshots())))
      if (is_snapshot_id(id) && id > last) last = id;
  return last;
}

}  // namespace

SnapshotState state_of(const Manifest& manifest, const Journal& journal, const std::string& live) {
  const auto record = journal.snapshots.find(manifest.id);
  if (manifest.id == live) return SnapshotState::live;
  if (record != journal.snapshots.end() && record->second.bad) return SnapshotState::bad;
  if (manifest.state != SnapshotState::ready) return manifest.state;
  const bool was_live = record != journal.snapshots.end() && record->second.first_promoted_ms > 0;
  return was_live ? SnapshotState::retired : SnapshotState::ready;
}

Result<std::string> Volume::live() const {
  const std::optional<std::string> text = TRY(seams_.files.read_link(names_.current()));
  if (!text) return std::string();
  const std::optional<std::string> id = id_in_current(*text);
  if (!id)
    return fail("{} leads to {}, which is no snapshot of ours", names_.current().string(), *text)
        .next(
            "Point it at snapshots/<id> again, or move it away; Slipway changes nothing that it did not "
            "make.");
  if (!seams_.files.exists(names_.snapshot(*id) / "pgdata"))
    return fail("{} leads to snapshot {}, which is not there", names_.current().string(), *id)
        .next("Restore that folder, or point the link at a snapshot that `swap list` shows.");
  return *id;
}

Result<Manifest> Volume::manifest(const std::string& id) const {
  const Path path = snapshot_names(names_, id).manifest();
  std::optional<Manifest> found = TRY(read_manifest(seams_.files, path));
  if (!found) return fail("there is no snapshot {} of target {}", id, target_.name).next("See: swap list");
  if (found->id != id) return fail("{} is the manifest of snapshot {}", path.string(), found->id);
  return std::move(*found);
}

Result<std::vector<Snapshot>> Volume::snapshots(const Journal& journal) const {
  const std::string current = TRY(live());
  std::vector<Snapshot> found;
  for (const std::string& id : TRY(seams_.files.list(names_.snapshots()))) {
    if (!is_snapshot_id(id)) continue;
    std::optional<Manifest> manifest =
        TRY(read_manifest(seams_.files, snapshot_names(names_, id).manifest()));
    if (!manifest) continue;
    const auto record = journal.snapshots.find(id);
    const bool pinned = record != journal.snapshots.end() && record->second.pinned;
    const SnapshotState state = state_of(*manifest, journal, current);
    found.push_back({std::move(*manifest), state, pinned});
  }
  return found;
}

Cluster Volume::cluster(const std::string& id) const {
  const SnapshotNames snapshot = snapshot_names(names_, id);
  return {snapshot.pgdata(), snapshot.socket(), snapshot.log(), home_.user};
}

ClusterSettings Volume::production(Door door) const {
  return {Purpose::production,
          door,
          {target_.database_name, reader_role(target_.database_name)},
          target_.postgresql};
}

Result<pg::Session> Volume::connect_as(const std::string& id, const std::string& role) const {
  const std::string conninfo = fmt::format(
      "host={} port={} user={} dbname={}", pg::conninfo_value(snapshot_names(names_, id).socket().string()),
      socket_port, pg::conninfo_value(role), pg::conninfo_value(target_.database_name));
  return pg::Session::open(conninfo);
}

Result<std::string> Volume::reserve_id() {
  const std::string id = next_snapshot_id(seams_.clock.now(), TRY(last_id(seams_, home_.names())));
  TRY(seams_.files.write(home_.names().last_id(), id));
  TRY(seams_.files.make_folders(names_.snapshot(id)));
  return id;
}

Result<Build> Volume::create(const BuildOrder& order) {
  const FileLock home_lock = TRY(lock_home(home_));
  TRY(discard_dead_builds());
  const std::string id = TRY(reserve_id());
  Build build{snapshot_names(names_, id), {}, cluster(id), {}, {}};
  build.lock = TRY(FileLock::take(build.names.build_lock(), 0));
  Manifest& manifest = build.manifest;
  manifest.id = id;
  manifest.build_uuid = new_uuid();
  manifest.fence = order.fence;
  manifest.boot_id = boot_id();
  manifest.pipeline = order.pipeline;
  manifest.parameters = order.parameters;
  manifest.created_ms = epoch_ms(seams_.clock.now());
  manifest.slipway_version = version;
  TRY(write_manifest(seams_.files, build.names.manifest(), manifest));
  TRY(seams_.files.symlink(build.names.socket(), build.names.socket_link()));
  TRY(create_cluster(seams_, build.cluster));
  TRY(configure(seams_, build.cluster, {.purpose = Purpose::building}));
  TRY(start(seams_, build.cluster));
  TRY(prepare_database(build));
  return build;
}

Done Volume::prepare_database(Build& build) {
  const std::string& database = target_.database_name;
  const std::string reader = reader_role(database);
  pg::Session server = TRY(connect(build.cluster, "postgres"));
  build.manifest.postgresql_version = TRY(server.query("show server_version")).string(0, 0);
  TRY(server.script("create role " + pg::quoted(database) + " login"));
  TRY(server.script("create role " + pg::quoted(reader) + " login"));
  TRY(server.script(fmt::format("create database {0} owner {0}", pg::quoted(database))));
  build.conninfo = swap::conninfo(build.cluster, database);
  pg::Session session = TRY(connect(build.cluster, database));
  return create_manifest_table(session, database, reader, build.manifest);
}

Done Volume::finish(Build& build) {
  Manifest& manifest = build.manifest;
  {
    pg::Session session = TRY(connect(build.cluster, target_.database_name));
    manifest.fingerprint = TRY(shape_fingerprint(session));
    TRY(complete_manifest_table(session, manifest));
  }
  const FileLock home_lock = TRY(lock_home(home_));
  // Built without fsync: first everything to disk, only then the word that it is ready.
  TRY(stop(seams_, build.cluster, Stop::clean));
  TRY(configure(seams_, build.cluster, production(Door::closed)));
  TRY(sync_to_disk(seams_, build.cluster));
  manifest.bytes = tree_bytes(build.cluster.data);
  manifest.finished_ms = epoch_ms(seams_.clock.now());
  manifest.state = SnapshotState::ready;
  return write_manifest(seams_.files, build.names.manifest(), manifest);
}

Done Volume::discard(Build& build, const std::string& why) {
  const FileLock home_lock = TRY(lock_home(home_));
  build.manifest.state = SnapshotState::failed;
  build.manifest.failure = why;
  build.manifest.finished_ms = epoch_ms(seams_.clock.now());
  TRY(write_manifest(seams_.files, build.names.manifest(), build.manifest));
  TRY(stop(seams_, build.cluster));
  TRY(seams_.files.remove_tree(build.names.socket()));
  return seams_.files.remove_tree(build.names.pgdata());
}

Done Volume::discard_dead_builds() {
  for (const std::string& id : TRY(seams_.files.list(names_.snapshots()))) {
    const SnapshotNames snapshot = snapshot_names(names_, id);
    if (!is_snapshot_id(id)) continue;
    std::optional<Manifest> manifest = TRY(read_manifest(seams_.files, snapshot.manifest()));
    const bool half_removed =
        manifest && manifest->state == SnapshotState::failed && seams_.files.exists(snapshot.pgdata());
    if (manifest && manifest->state != SnapshotState::building && !half_removed) continue;
    const std::optional<FileLock> lock = TRY(FileLock::try_take(snapshot.build_lock()));
    if (!lock) continue;
    if (!manifest) {  // killed before its first word
      manifest.emplace();
      manifest->id = id;
      manifest->created_ms = epoch_ms(seams_.clock.now());
    }
    if (manifest->failure.empty()) manifest->failure = "its builder died";
    manifest->state = SnapshotState::failed;
    TRY(write_manifest(seams_.files, snapshot.manifest(), *manifest));
    TRY(stop(seams_, cluster(id)));
    TRY(seams_.files.remove_tree(snapshot.socket()));
    TRY(seams_.files.remove_tree(snapshot.pgdata()));
  }
  return {};
}

}  // namespace slipway::swap
