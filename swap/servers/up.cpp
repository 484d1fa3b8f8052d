#include "swap/servers/up.hpp"

#include <unistd.h>

#include "base/log.hpp"
#include "swap/servers/cluster.hpp"
#include "swap/servers/control.hpp"
#include "swap/servers/pooler.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

// The socket folders are made anew after a reboot.
Done ensure_live_server(const Seams& seams, const Volume& volume, const std::string& live) {
  const Cluster cluster = volume.cluster(live);
  if (running(seams, cluster)) return {};
  TRY(configure(seams, cluster, volume.production(Door::open)));
  return start(seams, cluster);
}

Done target_up(const Seams& seams, const Home& home, const config::Target& target) {
  const FileLock lock = TRY(lock_home(home));
  Volume volume(seams, home, target);
  TRY(volume.discard_dead_builds());
  const std::string live = TRY(volume.live());
  if (live.empty()) return {};
  TRY(ensure_live_server(seams, volume, live));
  return ensure_pooler(seams, home, target);
}

Done stop_snapshots(const Seams& seams, const Home& home, const config::Target& target) {
  const Volume volume(seams, home, target);
  for (const std::string& id : TRY(seams.files.list(volume.names().snapshots())))
    if (is_snapshot_id(id)) TRY(stop(seams, volume.cluster(id)));
  return {};
}

Done target_down(const Seams& seams, const Home& home, const config::Target& target) {
  const Path lock_path = target_names(home.names(), target.name).lock();
  if (!seams.files.exists(lock_path.parent_path())) return {};
  const std::optional<FileLock> lock = TRY(FileLock::try_take(lock_path));
  if (!lock)
    return error(Kind::busy, "target {} is held by {}", target.name, FileLock::holder(lock_path))
        .next("Wait until its promotion has ended.");
  const FileLock home_lock = TRY(lock_home(home));
  TRY(stop(seams, pooler_of(home, target)));
  return stop_snapshots(seams, home, target);
}

bool runs(const Seams& seams, const Home& home, const config::Target& target) {
  const Volume volume(seams, home, target);
  const Result<std::string> live = volume.live();
  if (!live || live->empty()) return true;  // nothing to keep up, or nothing that starting could mend
  return running(seams, volume.cluster(*live)) && running(seams, pooler_of(home, target));
}

}  // namespace

Done servers_up(const Seams& seams, const config::Config& config, const Home& home) {
  TRY(start_control(seams, home));
  for (const auto& [name, target] : config.targets) TRY(target_up(seams, home, target));
  return {};
}

Done servers_down(const Seams& seams, const config::Config& config, const Home& home) {
  const Path serve = home.names().serve_lock();
  const std::optional<FileLock> serving = TRY(FileLock::try_take(serve));
  if (!serving)
    return error(Kind::busy, "slipway serve is running: {}", FileLock::holder(serve))
        .next("Stop it first: it would start the servers again.");
  for (const auto& [name, target] : config.targets) TRY(target_down(seams, home, target));
  const FileLock home_lock = TRY(lock_home(home));
  return stop(seams, control_cluster(home));
}

Done supervise_once(const Seams& seams, const config::Config& config, const Home& home) {
  if (!running(seams, control_cluster(home))) {
    log::warning("the control database does not run; starting it");
    TRY(start_control(seams, home));
  }
  for (const auto& [name, target] : config.targets) {
    if (runs(seams, home, target)) continue;
    log::warning("production of target {} does not run as it should; starting what is missing", name);
    TRY(target_up(seams, home, target));
  }
  return {};
}

}  // namespace slipway::swap
