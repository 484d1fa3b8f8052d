#include "swap/servers/up.hpp"

#include <functional>

#include "base/config/config.hpp"
#include "base/log.hpp"
#include "swap/servers/cluster.hpp"
#include "swap/servers/control.hpp"
#include "swap/servers/pooler.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

Done target_up(const Context& context) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->discard_dead_builds());
  return engine->serve();
}

Done stop_snapshots(const Context& context) {
  const Volume volume(context);
  const Seams& seams = context.seams;
  for (const std::string& id : TRY(seams.files.list(volume.names().snapshots())))
    if (is_snapshot_id(id)) TRY(stop(seams, volume.cluster(id)));
  return {};
}

// Servers that we do not run ourselves stay as they are.
Done target_down(const Seams& seams, const Home& home, const config::Target& target) {
  if (target.mode != config::Mode::volume) return {};
  const Path lock_path = target_names(home.names(), target.name).lock();
  if (!TRY(seams.files.is_there(lock_path.parent_path()))) return {};
  const std::optional<FileLock> lock = TRY(FileLock::try_take(lock_path));
  if (!lock)
    return error(Kind::busy, "target {} is held by {}", target.name, FileLock::holder(lock_path))
        .next("Wait until its promotion has ended.");
  const FileLock home_lock = TRY(lock_home(home));
  TRY(stop(pooler_of(home, target)));
  return stop_snapshots({seams, home, target});
}

Result<bool> serves(const Context& context) {
  if (context.target.mode != config::Mode::volume) return true;
  return Volume(context).serves();
}

// One that fails keeps no other from it.
Done for_each_target(const Seams& seams, const config::Config& config, const Home& home,
                     const std::function<Done(const Context&)>& act) {
  std::optional<Error> failure;
  for (const auto& [name, target] : config.targets) {
    Done done = act({seams, home, target});
    if (done) continue;
    if (failure) log::error("target {}: {}", name, done.error().summary());
    if (!failure) failure = fail("target {} did not come up", name).because(std::move(done).error());
  }
  if (failure) return std::move(*failure);
  return {};
}

// A server that is not ours to start may be away just now: what its dead builders left can wait.
Done up_or_away(const Context& context) {
  Done up = target_up(context);
  if (up || context.target.mode == config::Mode::volume) return up;
  log::warning("target {}: {}", context.target.name, up.error().summary());
  return {};
}

Done supervise(const Context& context) {
  if (TRY(serves(context))) return {};
  log::warning("production of target {} does not run as it should; starting what is missing",
               context.target.name);
  return target_up(context);
}

}  // namespace

Done servers_up(const Seams& seams, const config::Config& config, const Home& home) {
  TRY(start_control(seams, home));
  return for_each_target(seams, config, home, up_or_away);
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
  if (!TRY(find_server(seams, control_cluster(home)))) {
    log::warning("the control database does not run; starting it");
    TRY(start_control(seams, home));
  }
  return for_each_target(seams, config, home, supervise);
}

}  // namespace slipway::swap
