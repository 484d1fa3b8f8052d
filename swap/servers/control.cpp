#include "swap/servers/control.hpp"

#include "base/pg/identifier.hpp"
#include "swap/servers/cluster.hpp"

namespace slipway::swap {
namespace {

// Everything about jobs is worth keeping through a power cut: production settings.
Done create(const Seams& seams, const Cluster& cluster) {
  const Path unfinished = cluster.data.string() + ".new";
  TRY(seams.files.remove_tree(unfinished));
  TRY(seams.files.make_folders(unfinished.parent_path(), 0700));
  Cluster making = cluster;
  making.data = unfinished;
  TRY(create_cluster(seams, making));
  TRY(sync_to_disk(seams, making));
  return seams.files.rename(unfinished, cluster.data);
}

Done ensure_database(const Seams& seams, const Cluster& cluster) {
  pg::Session session = TRY(connect(seams, cluster, "postgres"));
  const pg::Rows found =
      TRY(session.query("select 1 from pg_database where datname = $1", {std::string(control_database)}));
  if (!found.empty()) return {};
  TRY(session.script("create database " + pg::quoted(control_database)));
  return {};
}

}  // namespace

Cluster control_cluster(const Home& home) {
  const HomeNames names = home.names();
  return {names.control() / "pgdata", names.control_socket(), names.control() / "server.log", home.user};
}

Result<std::string> start_control(const Seams& seams, const Home& home) {
  const Cluster cluster = control_cluster(home);
  const FileLock lock = TRY(lock_home(home));
  if (!TRY(seams.files.is_there(cluster.data))) TRY(create(seams, cluster));
  TRY(configure(seams, cluster, {}));
  TRY(start(seams, cluster));
  TRY(ensure_database(seams, cluster));
  return conninfo(cluster, control_database);
}

}  // namespace slipway::swap
