// The volume engine: a snapshot is a data directory with a server of its own, and live is the symlink
// `current`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "swap/home.hpp"
#include "swap/journal.hpp"
#include "swap/manifest.hpp"
#include "swap/servers/cluster.hpp"

namespace slipway::swap {

struct Snapshot {
  Manifest manifest;
  SnapshotState state;  // with what the target knows: live, retired, bad
  bool pinned = false;
};

struct BuildOrder {
  std::string pipeline;
  std::map<std::string, std::string> parameters;
  long long fence = 0;
};

// A snapshot being built. Whoever holds it is its builder; when the process dies, the lock says so.
struct Build {
  SnapshotNames names;
  Manifest manifest;
  Cluster cluster;
  FileLock lock;
  std::string conninfo;  // of its database, as the superuser
};

class Volume {
 public:
  Volume(const Seams& seams, const Home& home, const config::Target& target)
      : seams_(seams), home_(home), target_(target), names_(target_names(home.names(), target.name)) {}

  const TargetNames& names() const { return names_; }
  // The id behind `current`; empty: nothing is live. A link that leads nowhere or elsewhere is an error.
  Result<std::string> live() const;
  // Ours, oldest first.
  Result<std::vector<Snapshot>> snapshots(const Journal& journal) const;
  Result<Manifest> manifest(const std::string& id) const;

  // An empty database named after the target, on a running server with building settings.
  Result<Build> create(const BuildOrder& order);
  // Frozen, on disk and ready. The manifest in `build` holds what the builder knows of its inputs and rows.
  Done finish(Build& build);
  // Its server stopped and its data gone; the manifest stays and says why.
  Done discard(Build& build, const std::string& why);
  // Builds whose builder is dead are discarded. Under the home lock.
  Done discard_dead_builds();

  Cluster cluster(const std::string& id) const;
  ClusterSettings production(Door door) const;
  Result<pg::Session> connect_as(const std::string& id, const std::string& role) const;

 private:
  Result<std::string> reserve_id();
  Done prepare_database(Build& build);

  const Seams& seams_;
  const Home& home_;
  const config::Target& target_;
  TargetNames names_;
};

// ready or not, with what the journal and the link say.
SnapshotState state_of(const Manifest& manifest, const Journal& journal, const std::string& live);

}  // namespace slipway::swap
