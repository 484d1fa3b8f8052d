// One managed PostgreSQL cluster: made, configured, started from its real path, recognised again, stopped.
// Callers hold the home lock around start and stop.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "base/seams.hpp"

namespace slipway::swap {

struct Cluster {
  Path data;    // the real path of its data directory
  Path socket;  // the folder of its socket
  Path log;
  std::string os_user;
};

enum class Purpose { building, production };
enum class Door { open, closed };  // closed: only the superuser gets in

struct ClusterSettings {
  Purpose purpose = Purpose::production;
  Door door = Door::closed;
  std::vector<std::string> roles = {};            // who may log in while the door is open
  std::map<std::string, std::string> extra = {};  // from slipway.yaml
};

Done create_cluster(const Seams& seams, const Cluster& cluster);
Done configure(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings);
// Rewrites who may log in, and has a running server take it up; what is connected stays connected.
Done set_door(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings);

// The server's process, if it runs.
std::optional<ProcessId> running(const Seams& seams, const Cluster& cluster);
// Returns once it takes connections; a server that runs already is fine.
Done start(const Seams& seams, const Cluster& cluster);
enum class Stop { clean, quick };  // quick: by force where clean takes too long
Done stop(const Seams& seams, const Cluster& cluster, Stop how = Stop::quick);
// Everything in the data directory on disk, after a build without fsync.
Done sync_to_disk(const Seams& seams, const Cluster& cluster);

std::string conninfo(const Cluster& cluster, std::string_view database);
Result<pg::Session> connect(const Cluster& cluster, std::string_view database,
                            const pg::Options& options = {});

}  // namespace slipway::swap
