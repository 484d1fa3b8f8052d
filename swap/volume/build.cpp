// Making a snapshot in volume mode: an empty cluster with building settings, then frozen and ready; or gone.
#include <nlohmann/json.hpp>

#include "base/pg/identifier.hpp"
#include "swap/manifest_table.hpp"
#include "swap/sealed.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr int kept_format = 1;

// The newest id that this home has ever given out, removed snapshots included.
Result<std::string> last_id(const Seams& seams, const HomeNames& names) {
  std::string last;
  if (const std::optional<std::string> kept = TRY(seams.files.read_if_there(names.last_id(), 4096)))
    if (is_snapshot_id(*kept)) last = *kept;
  for (const std::string& target : TRY(seams.files.list(names.targets())))
    for (const std::string& id : TRY(seams.files.list(target_names(names, target).snapshots())))
      if (is_snapshot_id(id) && id > last) last = id;
  return last;
}

}  // namespace

Result<std::string> Volume::reserve_id() {
  const std::string id = next_snapshot_id(seams_.clock.now(), TRY(last_id(seams_, home_.names())));
  TRY(seams_.files.write(home_.names().last_id(), id));
  TRY(seams_.files.make_folders(names_.snapshot(id)));
  return id;
}

// Its folder, its first word, and the lock that says that its builder lives.
Result<Build> Volume::begin_build(const BuildOrder& order) {
  const FileLock home_lock = TRY(lock_home(home_));
  TRY(discard_dead_builds_locked(Dead::all));
  const std::string id = TRY(reserve_id());
  const SnapshotNames snapshot = snapshot_names(names_, id);
  Build build;
  build.held = std::make_shared<FileLock>(TRY(FileLock::take(snapshot.build_lock(), 0)));
  build.rejects = snapshot.rejects();
  build.owner = target_.database_name;
  build.reader = reader_role(target_.database_name);
  build.manifest = first_manifest(order, id, seams_.clock.now());
  TRY(write_manifest(seams_.files, snapshot.manifest(), build.manifest));
  TRY(seams_.files.symlink(snapshot.socket(), snapshot.socket_link()));
  return build;
}

Result<Build> Volume::create(const BuildOrder& order) {
  Build build = TRY(begin_build(order));
  const FileLock home_lock = TRY(lock_home(home_));
  const Cluster ours = cluster(build.manifest.id);
  TRY(create_cluster(seams_, ours));
  TRY(configure(seams_, ours, {.purpose = Purpose::building}));
  TRY(start(seams_, ours));
  TRY(prepare_database(build));
  return build;
}

Done Volume::prepare_database(Build& build) {
  const std::string& database = target_.database_name;
  const Cluster server = cluster(build.manifest.id);
  pg::Session maintenance = TRY(connect(seams_, server, "postgres"));
  build.manifest.postgresql_version = TRY(maintenance.query("show server_version")).string(0, 0);
  for (const std::string& role : {build.owner, build.reader})
    TRY(maintenance.script("create role " + pg::quoted(role) + " login"));
  TRY(maintenance.script(fmt::format("create database {0} owner {0}", pg::quoted(database))));
  build.place = TRY(place(build.manifest.id));
  pg::Session session = TRY(connect(seams_, server, database));
  return create_manifest_table(session, build.owner, build.reader, build.manifest);
}

Done Volume::finish(Build& build) {
  Manifest& manifest = build.manifest;
  const Cluster server = cluster(manifest.id);
  {
    pg::Session session = TRY(connect(seams_, server, target_.database_name));
    manifest.fingerprint = TRY(shape_fingerprint(session));
    TRY(write_sealed(seams_.files, snapshot_names(names_, manifest.id).kept(), kept_format,
                     to_json(TRY(read_kept(session, "")))));
    TRY(complete_manifest_table(session, manifest));
  }
  const FileLock home_lock = TRY(lock_home(home_));
  // Built without fsync: first everything to disk, only then the word that it is ready.
  TRY(stop(seams_, server, Stop::clean));
  TRY(configure(seams_, server, production(Door::closed)));
  TRY(sync_to_disk(seams_, server));
  manifest.bytes = held_bytes(server);
  manifest.finished_ms = epoch_ms(seams_.clock.now());
  manifest.state = SnapshotState::ready;
  return write_manifest(seams_.files, snapshot_names(names_, manifest.id).manifest(), manifest);
}

Result<std::optional<Kept>> Volume::kept(const std::string& id) {
  const std::optional<nlohmann::json> body =
      TRY(read_sealed(seams_.files, snapshot_names(names_, id).kept(), kept_format));
  if (!body) return std::optional<Kept>();
  return std::optional<Kept>(TRY(kept_from_json(*body)));
}

Done Volume::discard(Build& build, const std::string& why) {
  const FileLock home_lock = TRY(lock_home(home_));
  const SnapshotNames snapshot = snapshot_names(names_, build.manifest.id);
  build.manifest.state = SnapshotState::failed;
  build.manifest.failure = why;
  build.manifest.finished_ms = epoch_ms(seams_.clock.now());
  TRY(write_manifest(seams_.files, snapshot.manifest(), build.manifest));
  TRY(stop(seams_, cluster(build.manifest.id)));
  TRY(seams_.files.remove_tree(snapshot.socket()));
  return seams_.files.remove_tree(snapshot.pgdata());
}

Done Volume::discard_dead_builds() {
  const FileLock home_lock = TRY(lock_home(home_));
  return discard_dead_builds_locked(Dead::nobody_may_take_over);
}

Done Volume::discard_dead_builds_locked(Dead which) {
  for (const std::string& id : TRY(seams_.files.list(names_.snapshots()))) {
    const SnapshotNames snapshot = snapshot_names(names_, id);
    if (!is_snapshot_id(id)) continue;
    std::optional<Manifest> manifest = TRY(look_at_manifest(seams_.files, snapshot.manifest(), id));
    const bool half_removed =
        manifest && manifest->state == SnapshotState::failed && TRY(seams_.files.is_there(snapshot.pgdata()));
    if (manifest && manifest->state != SnapshotState::building && !half_removed) continue;
    const std::optional<FileLock> lock = TRY(FileLock::try_take(snapshot.build_lock()));
    if (!lock) continue;
    if (which == Dead::nobody_may_take_over && manifest && TRY(can_be_taken_over(*manifest))) continue;
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
