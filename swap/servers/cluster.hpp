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

// The path of a server program of the newest version installed, or its bare name.
std::string server_program(const std::string& name);

Done create_cluster(const Seams& seams, const Cluster& cluster);
Done configure(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings);
// Rewrites who may log in; a running server has taken it up when this returns. What is connected stays so.
// Only a server that runs can be opened.
Done set_door(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings);
// Every session of anybody but the superuser is over when this returns.
Done end_sessions(const Seams& seams, const Cluster& cluster, Millis limit);

// The server's process, if it runs. Not to know is an error, and no answer.
Result<std::optional<ProcessId>> find_server(const Seams& seams, const Cluster& cluster);
// False also where the one that is found is about to end: a killed process is still there for a moment. One
// that hangs goes on.
Result<bool> goes_on(const Seams& seams, const Cluster& cluster);
// Returns once it takes connections; a server that runs already is fine.
Done start(const Seams& seams, const Cluster& cluster);
enum class Stop { clean, quick, at_once };  // quick: by force where clean takes long; at_once: soon
Done stop(const Seams& seams, const Cluster& cluster, Stop how = Stop::quick);
// Everything in the data directory on disk, after a build without fsync.
Done sync_to_disk(const Seams& seams, const Cluster& cluster);
// On disk, but for its WAL, of which there is now more and now less whatever it holds.
std::uint64_t held_bytes(const Cluster& cluster);

std::string conninfo(const Cluster& cluster, std::string_view database);
Result<pg::Session> connect(const Seams& seams, const Cluster& cluster, std::string_view database,
                            const pg::Options& options = {});

}  // namespace slipway::swap
