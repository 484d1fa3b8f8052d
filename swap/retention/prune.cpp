#include "swap/retention/prune.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.hpp"
#include "swap/promote/hold.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view tombstone = ".removed.";

Result<Disk> disk_of(const Path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0)
    return errno_error(fmt::format("cannot look at the disk of {}", path.string()));
  return Disk{static_cast<std::uint64_t>(about.f_blocks) * about.f_frsize,
              static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize};
}

// What this run took out of sight, and what an earlier one could not finish. Not under the target's lock: a
// large snapshot takes its time, and a promotion need not wait for it.
Done remove_tombstones(const Seams& seams, const TargetNames& names) {
  const std::optional<FileLock> lock = TRY(FileLock::try_take(names.folder / "prune.lock"));
  if (!lock) return {};  // somebody else is at it
  for (const std::string& entry : TRY(seams.files.list(names.snapshots())))
    if (entry.starts_with(tombstone)) TRY(seams.files.remove_tree(names.snapshots() / entry));
  return {};
}

Done take_out_of_sight(const Context& context, const Volume& volume, const std::string& id) {
  const Seams& seams = context.seams;
  const SnapshotNames snapshot = snapshot_names(volume.names(), id);
  const FileLock home_lock = TRY(lock_home(context.home));
  const std::string live = TRY(volume.live());
  if (live == id) return error(Kind::refused, "snapshot {} is live", id);
  TRY(stop(seams, volume.cluster(id)));
  TRY(seams.files.remove_tree(snapshot.socket()));
  return seams.files.rename(snapshot.folder, volume.names().snapshots() / (std::string(tombstone) + id));
}

Result<Retention> decide(const Context& context, Prune how, const std::string& actor) {
  const Held held = TRY(hold_target(context, actor));
  const Volume volume(context.seams, context.home, context.target);
  const std::vector<Snapshot> snapshots = TRY(volume.snapshots(held.journal));
  const Retention retention =
      plan_retention(context.target.keep, snapshots, held.journal, TRY(volume.live()),
                     epoch_ms(context.seams.clock.now()), TRY(disk_of(volume.names().folder)));
  if (how == Prune::remove)
    for (const Verdict& one : retention.removed) TRY(take_out_of_sight(context, volume, one.id));
  return retention;
}

}  // namespace

Result<Retention> prune(const Context& context, Prune how, const std::string& actor) {
  Retention retention = TRY(decide(context, how, actor));
  if (how == Prune::remove)
    TRY(remove_tombstones(context.seams, target_names(context.home.names(), context.target.name)));
  return retention;
}

Done prune_all(const Seams& seams, const config::Config& config, const Home& home) {
  for (const auto& [name, target] : config.targets) {
    const TargetNames names = target_names(home.names(), name);
    if (!seams.files.exists(names.snapshots())) continue;
    const Result<Retention> retention = prune({seams, home, target}, Prune::remove, "retention");
    if (!retention && retention.error().kind() == Kind::busy) continue;
    if (!retention) return retention.error();
    for (const Verdict& one : retention->removed)
      log::info("target {}: removed snapshot {}: {}", name, one.id, one.why);
  }
  return {};
}

Done mark(const Context& context, Mark mark, const std::string& id, const std::string& actor) {
  Held held = TRY(hold_target(context, actor));
  if (held.journal.under_way())
    return error(Kind::busy, "a promotion of target {} was interrupted", context.target.name)
        .next("First: swap recover");
  const Volume volume(context.seams, context.home, context.target);
  TRY(volume.manifest(id));
  SnapshotRecord& record = held.journal.snapshots[id];
  switch (mark) {
    case Mark::pin:
      record.pinned = true;
      break;
    case Mark::unpin:
      record.pinned = false;
      break;
    case Mark::unmark:
      if (!record.bad)
        return error(Kind::refused, "snapshot {} is not marked as bad", id).next("See: swap list");
      record.bad = false;
      record.bad_reason.clear();
      break;
  }
  return write_journal(context.seams.files, volume.names().journal(), held.journal);
}

}  // namespace slipway::swap
