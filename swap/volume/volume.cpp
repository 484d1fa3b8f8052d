#include "swap/volume/volume.hpp"

#include <sys/statvfs.h>

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "swap/servers/pooler.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view tombstone = ".removed.";

}  // namespace

Result<std::string> Volume::live() {
  const std::optional<std::string> text = TRY(seams_.files.read_link(names_.current()));
  if (!text) return std::string();
  const std::optional<std::string> id = id_in_current(*text);
  if (!id)
    return fail("{} leads to {}, which is no snapshot of ours", names_.current().string(), *text)
        .next(
            "Point it at snapshots/<id> again, or move it away; Slipway changes nothing that it did not "
            "make.");
  if (!TRY(seams_.files.is_there(names_.snapshot(*id) / "pgdata")))
    return fail("{} leads to snapshot {}, which is not there", names_.current().string(), *id)
        .next("Restore that folder, or point the link at a snapshot that `swap list` shows.");
  return *id;
}

Result<Manifest> Volume::manifest(const std::string& id) {
  const Path path = snapshot_names(names_, id).manifest();
  std::optional<Manifest> found = TRY(read_manifest(seams_.files, path));
  if (!found) return fail("there is no snapshot {} of target {}", id, target_.name).next("See: swap list");
  if (found->id != id) return fail("{} is the manifest of snapshot {}", path.string(), found->id);
  return std::move(*found);
}

Result<std::vector<Manifest>> Volume::manifests() {
  std::vector<Manifest> found;
  for (const std::string& id : TRY(seams_.files.list(names_.snapshots()))) {
    if (!is_snapshot_id(id)) continue;
    std::optional<Manifest> manifest =
        TRY(look_at_manifest(seams_.files, snapshot_names(names_, id).manifest(), id));
    if (manifest) found.push_back(std::move(*manifest));
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

Result<Place> Volume::place(const std::string& id) {
  return Place{conninfo(cluster(id), target_.database_name), ""};
}

Result<bool> Volume::thaw(const std::string& id) {
  const FileLock lock = TRY(lock_home(home_));
  if (TRY(find_server(seams_, cluster(id)))) return false;
  TRY(configure(seams_, cluster(id), production(Door::closed)));
  TRY(start(seams_, cluster(id)));
  return true;
}

Done Volume::bury(const std::string& id) {
  const SnapshotNames snapshot = snapshot_names(names_, id);
  const FileLock home_lock = TRY(lock_home(home_));
  if (TRY(live()) == id) return error(Kind::refused, "snapshot {} is live", id);
  TRY(stop(seams_, cluster(id)));
  TRY(seams_.files.remove_tree(snapshot.socket()));
  return seams_.files.rename(snapshot.folder, names_.snapshots() / (std::string(tombstone) + id));
}

Done Volume::remove_buried() {
  const std::optional<FileLock> lock = TRY(FileLock::try_take(names_.folder / "prune.lock"));
  if (!lock) return {};  // somebody else is at it
  for (const std::string& entry : TRY(seams_.files.list(names_.snapshots())))
    if (entry.starts_with(tombstone)) TRY(seams_.files.remove_tree(names_.snapshots() / entry));
  return {};
}

Result<Disk> Volume::disk() {
  struct statvfs about {};
  if (::statvfs(names_.folder.c_str(), &about) != 0)
    return errno_error(fmt::format("cannot look at the disk of {}", names_.folder.string()));
  return Disk{static_cast<std::uint64_t>(about.f_blocks) * about.f_frsize,
              static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize};
}

// The password goes by the passfile: a conninfo shows in errors.
Result<FrontDoor> Volume::front_door() {
  if (target_.front.given())
    return FrontDoor{TRY(target_.front.read()), "", "the front door of `front: uri_file`"};
  const std::string role = reader_role(target_.database_name);
  return FrontDoor{fmt::format("host=127.0.0.1 port={} user={} dbname={} passfile={}", target_.front_port,
                               pg::conninfo_value(role), pg::conninfo_value(target_.database_name),
                               pg::conninfo_value(home_.names().passfile(role).string())),
                   "", "the front door"};
}

Done Volume::serve() {
  const FileLock lock = TRY(lock_home(home_));
  const std::string id = TRY(live());
  if (id.empty()) return {};
  const Cluster server = cluster(id);
  if (target_.restart) {
    TRY(start_service());
  } else if (!TRY(goes_on(seams_, server))) {
    // The socket folders are made anew after a reboot.
    TRY(configure(seams_, server, production(Door::open)));
    TRY(start(seams_, server));
  }
  return target_.front.given() ? Done{} : ensure_pooler(seams_, home_, target_);
}

Result<bool> Volume::serves() {
  const Result<std::string> id = live();
  if (!id || id->empty()) return true;  // nothing to keep up, or nothing that starting could mend
  const bool door = target_.front.given() || TRY(running(pooler_of(home_, target_)));
  return door && TRY(find_server(seams_, cluster(*id)));
}

}  // namespace slipway::swap
