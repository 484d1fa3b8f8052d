// Builds whose builder has died: who may go on with them, and how it is made sure that nobody else does.
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr Millis patience{60'000};

// Whoever still writes in the name of the old builder.
constexpr std::string_view end_old_builders_sql = R"(
select pg_terminate_backend(pid) from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid()
)";

}  // namespace

Done Volume::let_be_taken_over(Build& build) {
  return seams_.files.write(snapshot_names(names_, build.manifest.id).can_be_taken_over(), "");
}

// It ran without fsync: what it wrote before a reboot may be lost in part. A server that was killed has lost
// nothing that it had handed to the kernel.
Result<bool> Volume::can_be_taken_over(const Manifest& manifest) {
  if (manifest.state != SnapshotState::building || manifest.boot_id != boot_id()) return false;
  return seams_.files.is_there(snapshot_names(names_, manifest.id).can_be_taken_over());
}

Result<std::optional<Build>> Volume::take_over(const BuildOrder& order) {
  const FileLock home_lock = TRY(lock_home(home_));
  for (const std::string& id : TRY(seams_.files.list(names_.snapshots()))) {
    if (!is_snapshot_id(id)) continue;
    const SnapshotNames snapshot = snapshot_names(names_, id);
    std::optional<Manifest> manifest = TRY(look_at_manifest(seams_.files, snapshot.manifest(), id));
    if (!manifest || manifest->pipeline != order.pipeline || manifest->parameters != order.parameters)
      continue;
    if (!TRY(can_be_taken_over(*manifest))) continue;
    std::optional<FileLock> lock = TRY(FileLock::try_take(snapshot.build_lock()));
    if (!lock) continue;
    Build build;
    build.held = std::make_shared<FileLock>(std::move(*lock));
    build.manifest = std::move(*manifest);
    build.manifest.fence = order.fence;
    build.rejects = snapshot.rejects();
    build.owner = target_.database_name;
    build.reader = reader_role(target_.database_name);
    TRY(start(seams_, cluster(id)));
    build.place = TRY(place(id));
    TRY(raise_fence(build));
    TRY(write_manifest(seams_.files, snapshot.manifest(), build.manifest));
    return std::optional<Build>(std::move(build));
  }
  return std::optional<Build>();
}

// An old builder's transaction holds the row of the fence until it is ended, and begins none after that.
Done Volume::raise_fence(Build& build) {
  pg::Session session = TRY(connect(seams_, cluster(build.manifest.id), target_.database_name));
  TRY(session.script("set lock_timeout = '200ms'"));
  const Millis deadline = seams_.clock.steady() + patience;
  while (true) {
    TRY(session.query(end_old_builders_sql));
    const Result<pg::Rows> raised =
        session.query("update slipway_manifest set fence = $1 where finished_at is null",
                      {std::to_string(build.manifest.fence)});
    if (raised && raised->affected() != 1)
      return fail("the manifest of snapshot {} is finished", build.manifest.id);
    if (raised) break;
    if (seams_.clock.steady() >= deadline) return raised.error();
  }
  while (!TRY(session.query(end_old_builders_sql)).empty()) {
    if (seams_.clock.steady() >= deadline)
      return fail("sessions of the dead builder of snapshot {} do not end", build.manifest.id);
    seams_.clock.sleep(Millis(20));
  }
  return {};
}

Done Volume::restart(Build& build) {
  const FileLock home_lock = TRY(lock_home(home_));
  TRY(start(seams_, cluster(build.manifest.id)));
  return raise_fence(build);
}

}  // namespace slipway::swap
