#include "swap/servers/cluster.hpp"

#include <signal.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>

#include "base/pg/identifier.hpp"
#include "swap/names.hpp"
#include "swap/servers/settings.hpp"

namespace slipway::swap {
namespace {

constexpr Millis start_limit{600'000};  // crash recovery of a large cluster takes its time
constexpr Millis stop_limit{120'000};
constexpr Millis force_limit{20'000};

// Debian keeps the servers of each major version in a folder of its own, outside PATH.
std::string server_program(const std::string& name) {
  for (const int major : {18, 17, 16, 15, 14, 13}) {
    const std::string path = fmt::format("/usr/lib/postgresql/{}/bin/{}", major, name);
    if (real_files().exists(path)) return path;
  }
  return name;
}

// A cluster is made and run the same whatever the caller's environment says.
std::vector<std::string> fixed_environment() {
  return {"LC_ALL=C", "TZ=UTC"};
}

std::string tail(Files& files, const Path& log) {
  const Result<std::string> text = files.read(log, 1 << 30);
  if (!text) return "(no log)";
  constexpr std::size_t most = 1500;
  return text->size() > most ? "…" + text->substr(text->size() - most) : *text;
}

Done check_socket_path(const Cluster& cluster) {
  const std::string path = (cluster.socket / fmt::format(".s.PGSQL.{}", socket_port)).string();
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() <= longest) return {};
  return error(Kind::usage, "the socket {} would have {} bytes, and {} is the limit", path, path.size(),
               longest)
      .next("Choose a shorter XDG_RUNTIME_DIR, or make /run/slipway for this user.");
}

// A killed server leaves files that hold its pid; a stranger that has this pid now would keep the next one
// from starting. Only where nothing runs in the data directory.
Done clear_leftovers(const Seams& seams, const Cluster& cluster) {
  TRY(seams.files.remove(cluster.data / "postmaster.pid"));
  const std::string socket = fmt::format(".s.PGSQL.{}", socket_port);
  TRY(seams.files.remove(cluster.socket / socket));
  return seams.files.remove(cluster.socket / (socket + ".lock"));
}

// The children of a killed server end by themselves, soon.
Done wait_until_nothing_runs(const Seams& seams, const Cluster& cluster, Millis limit) {
  const Millis deadline = seams.clock.steady() + limit;
  while (!processes_in(cluster.data).empty()) {
    if (seams.clock.steady() >= deadline)
      return fail("processes of a dead server still work in {}", cluster.data.string())
          .next("Look at them with ps; end them before starting again.");
    seams.clock.sleep(Millis(20));
  }
  return {};
}

Done wait_until_ready(const Seams& seams, const Cluster& cluster, const ProcessId& server) {
  const Millis deadline = seams.clock.steady() + start_limit;
  while (true) {
    Result<pg::Session> session = connect(cluster, "postgres");
    if (session) return {};
    if (!alive(server))
      return fail("the PostgreSQL server of {} ended while starting. The end of its log:\n{}",
                  cluster.data.string(), tail(seams.files, cluster.log))
          .next("Its whole log: " + cluster.log.string());
    if (seams.clock.steady() >= deadline)
      return fail("the PostgreSQL server of {} is not ready after {} s", cluster.data.string(),
                  start_limit.count() / 1000)
          .because(std::move(session).error())
          .next("It goes on starting. Its log: " + cluster.log.string());
    seams.clock.sleep(Millis(20));
  }
}

Done write_access(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings) {
  TRY(seams.files.write(cluster.data / "pg_hba.conf", pg_hba_conf(settings), 0600));
  return seams.files.write(cluster.data / "pg_ident.conf", pg_ident_conf(cluster, settings), 0600);
}

}  // namespace

Done create_cluster(const Seams& seams, const Cluster& cluster) {
  Command command;
  // C collation sorts fast and the same on every machine; the character type knows all of Unicode.
  command.argv = {server_program("initdb"),
                  "--pgdata",
                  cluster.data.string(),
                  "--username",
                  std::string(superuser),
                  "--encoding",
                  "UTF8",
                  "--lc-collate",
                  "C",
                  "--lc-ctype",
                  "C.UTF-8",
                  "--lc-messages",
                  "C",
                  "--lc-monetary",
                  "C",
                  "--lc-numeric",
                  "C",
                  "--lc-time",
                  "C",
                  "--text-search-config",
                  "english",
                  "--auth",
                  "peer",
                  "--no-sync",
                  "--no-instructions"};
  command.environment = fixed_environment();
  command.folder = "/";
  command.limit = Millis(300'000);
  Result<std::string> made = run_checked(seams.processes, command);
  if (!made)
    return fail("cannot make a PostgreSQL cluster in {}", cluster.data.string())
        .because(std::move(made).error());
  return {};
}

Done configure(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings) {
  TRY(check_socket_path(cluster));
  TRY(seams.files.write(cluster.data / "postgresql.conf",
                        postgresql_conf(cluster, settings, machine_memory_bytes()), 0600));
  return write_access(seams, cluster, settings);
}

Done set_door(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings) {
  TRY(write_access(seams, cluster, settings));
  const std::optional<ProcessId> server = running(seams, cluster);
  return server ? send_signal(*server, SIGHUP) : Done{};
}

std::optional<ProcessId> running(const Seams& seams, const Cluster& cluster) {
  const Result<std::string> text = seams.files.read(cluster.data / "postmaster.pid", 65536);
  if (!text) return std::nullopt;
  const std::optional<ProcessId> process = find_process(std::atoi(text->c_str()));
  if (!process) return std::nullopt;
  // The pid may belong to a stranger by now; a server of this cluster works in its data directory.
  const std::vector<ProcessId> inside = processes_in(cluster.data);
  if (std::find(inside.begin(), inside.end(), *process) == inside.end()) return std::nullopt;
  return process;
}

Done start(const Seams& seams, const Cluster& cluster) {
  if (const std::optional<ProcessId> server = running(seams, cluster))
    return wait_until_ready(seams, cluster, *server);
  TRY(wait_until_nothing_runs(seams, cluster, force_limit));
  TRY(seams.files.make_folders(cluster.socket, 0700));
  TRY(clear_leftovers(seams, cluster));
  Command command;
  command.argv = {server_program("postgres"), "-D", cluster.data.string()};
  command.environment = fixed_environment();
  command.folder = cluster.data;
  command.output = cluster.log;
  const ProcessId server = TRY(seams.processes.start_detached(command));
  return wait_until_ready(seams, cluster, server);
}

Done stop(const Seams& seams, const Cluster& cluster, Stop how) {
  const std::optional<ProcessId> server = running(seams, cluster);
  if (!server) return wait_until_nothing_runs(seams, cluster, force_limit);
  TRY(send_signal(*server, SIGINT));
  if (wait_for_end(*server, stop_limit)) return {};
  if (how == Stop::clean)
    return fail("the PostgreSQL server of {} does not stop (process {})", cluster.data.string(), server->pid)
        .next("Its log: " + cluster.log.string());
  TRY(send_signal(*server, SIGQUIT));
  if (wait_for_end(*server, force_limit)) return wait_until_nothing_runs(seams, cluster, force_limit);
  TRY(send_signal(*server, SIGKILL));
  return wait_until_nothing_runs(seams, cluster, force_limit);
}

Done sync_to_disk(const Seams& seams, const Cluster& cluster) {
  Command command;
  command.argv = {server_program("initdb"), "--sync-only", "--pgdata", cluster.data.string()};
  command.environment = fixed_environment();
  command.folder = "/";
  command.limit = Millis(3'600'000);
  Result<std::string> synced = run_checked(seams.processes, command);
  if (!synced)
    return fail("cannot sync {} to disk", cluster.data.string()).because(std::move(synced).error());
  return {};
}

std::string conninfo(const Cluster& cluster, std::string_view database) {
  return fmt::format("host={} port={} user={} dbname={}", pg::conninfo_value(cluster.socket.string()),
                     socket_port, superuser, pg::conninfo_value(database));
}

Result<pg::Session> connect(const Cluster& cluster, std::string_view database, const pg::Options& options) {
  return pg::Session::open(conninfo(cluster, database), options);
}

}  // namespace slipway::swap
