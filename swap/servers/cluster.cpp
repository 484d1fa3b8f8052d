#include "swap/servers/cluster.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/pg/identifier.hpp"
#include "swap/names.hpp"
#include "swap/servers/settings.hpp"

namespace slipway::swap {
namespace {

constexpr Millis start_limit{600'000};  // crash recovery of a large cluster takes its time
constexpr Millis stop_limit{120'000};
constexpr Millis force_limit{20'000};
constexpr Millis orphan_patience{5000};
constexpr Millis hurried_limit{3000};
constexpr Millis ending_limit{2000};  // for whoever was killed already
// While clients are held nobody waits long for a server that hangs.
const pg::Options in_a_hurry{.connect_limit = Seconds(5), .call_limit = Millis(10'000)};
constexpr Millis reload_limit{20'000};

// That of the version that the data directory is of: a newer one may have been installed since it was made.
std::string server_program_of(const Cluster& cluster, const std::string& name) {
  const Result<std::string> version = real_files().read(cluster.data / "PG_VERSION", 64);
  const int major = version ? std::atoi(version->c_str()) : 0;
  const std::string path = fmt::format("/usr/lib/postgresql/{}/bin/{}", major, name);
  return real_files().exists(path) ? path : server_program(name);
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

// Somebody's shell may stand there as well.
Result<std::vector<ProcessId>> servers_in(const Seams& seams, const Path& folder) {
  std::vector<ProcessId> servers;
  for (const ProcessId& one : TRY(processes_in(folder))) {
    const Result<std::string> program = seams.files.read(fmt::format("/proc/{}/comm", one.pid), 256);
    if (!program && alive(one)) return program.error();
    if (program && *program == "postgres\n") servers.push_back(one);
  }
  return servers;
}

// The children of a killed server end by themselves, soon, and a server that is just starting soon says which
// it is. Whoever does neither (waiting for a lock of one that is gone, or without its postmaster.pid) is
// ended: nobody else works in a data directory.
Result<std::optional<ProcessId>> server_or_nobody(const Seams& seams, const Cluster& cluster) {
  const Millis began = seams.clock.steady();
  while (true) {
    if (const std::optional<ProcessId> server = TRY(find_server(seams, cluster)))
      return std::optional<ProcessId>(server);
    const std::vector<ProcessId> left = TRY(servers_in(seams, cluster.data));
    if (left.empty()) return std::optional<ProcessId>();
    const Millis waited = seams.clock.steady() - began;
    if (waited >= force_limit)
      return fail("processes of a dead server still work in {}", cluster.data.string())
          .next("Look at them with ps; end them before starting again.");
    if (waited >= orphan_patience)
      for (const ProcessId& one : left)
        TRY(send_signal(one, waited >= 2 * orphan_patience ? SIGKILL : SIGQUIT));
    seams.clock.sleep(Millis(20));
  }
}

Done nothing_runs(const Seams& seams, const Cluster& cluster) {
  const std::optional<ProcessId> server = TRY(server_or_nobody(seams, cluster));
  if (!server) return {};
  return fail("a server works in {} again (process {})", cluster.data.string(), server->pid);
}

Done wait_until_ready(const Seams& seams, const Cluster& cluster, const ProcessId& server) {
  const Millis deadline = seams.clock.steady() + start_limit;
  while (true) {
    Result<pg::Session> session = connect(seams, cluster, "postgres");
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

constexpr std::string_view end_sessions_sql = R"(
select pg_terminate_backend(pid) from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid() and usename <> $1
)";

Result<std::string> load_time(const Seams& seams, const Cluster& cluster) {
  pg::Session session = TRY(connect(seams, cluster, "postgres", in_a_hurry));
  return TRY(session.query("select pg_conf_load_time()")).string(0, 0);
}

Done write_access(const Seams& seams, const Cluster& cluster, const ClusterSettings& settings) {
  TRY(seams.files.write(cluster.data / "pg_hba.conf", pg_hba_conf(settings), 0600));
  return seams.files.write(cluster.data / "pg_ident.conf", pg_ident_conf(cluster, settings), 0600);
}

}  // namespace

// Debian keeps the servers of each major version in a folder of its own, outside PATH.
std::string server_program(const std::string& name) {
  for (const int major : {18, 17, 16, 15, 14, 13}) {
    const std::string path = fmt::format("/usr/lib/postgresql/{}/bin/{}", major, name);
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return name;
}

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
  const std::optional<ProcessId> server = TRY(find_server(seams, cluster));
  if (!server && settings.door == Door::open)
    return fail("the PostgreSQL server of {} is not running", cluster.data.string())
        .next("Its log: " + cluster.log.string());
  if (!server) return {};
  const std::string before = TRY(load_time(seams, cluster));
  const Millis deadline = seams.clock.steady() + reload_limit;
  TRY(send_signal(*server, SIGHUP));
  // A new backend has what the postmaster had when it was forked.
  while (TRY(load_time(seams, cluster)) == before) {
    if (seams.clock.steady() >= deadline)
      return fail("the PostgreSQL server of {} does not read its configuration again", cluster.data.string());
    seams.clock.sleep(Millis(2));
  }
  return {};
}

Done end_sessions(const Seams& seams, const Cluster& cluster, Millis limit) {
  if (!TRY(find_server(seams, cluster))) return {};
  pg::Session session = TRY(connect(seams, cluster, "postgres", in_a_hurry));
  const Millis deadline = seams.clock.steady() + limit;
  // All at once, then looking: one by one would wait for each.
  while (!TRY(session.query(end_sessions_sql, {std::string(superuser)})).empty()) {
    if (seams.clock.steady() >= deadline) return fail("sessions on {} do not end", cluster.data.string());
    seams.clock.sleep(Millis(2));
  }
  return {};
}

Result<std::optional<ProcessId>> find_server(const Seams& seams, const Cluster& cluster) {
  const std::optional<ProcessId> nobody;
  const std::optional<std::string> text =
      TRY(seams.files.read_if_there(cluster.data / "postmaster.pid", 65536));
  if (!text) return nobody;
  const std::optional<ProcessId> process = TRY(find_process(std::atoi(text->c_str())));
  if (!process) return nobody;
  // The pid may belong to a stranger by now; a server of this cluster works in its data directory.
  if (!TRY(works_in(process->pid, cluster.data))) return nobody;
  return process;
}

Result<bool> goes_on(const Seams& seams, const Cluster& cluster) {
  const pg::Options soon{.connect_limit = Seconds(2), .call_limit = ending_limit};
  const Millis deadline = seams.clock.steady() + ending_limit;
  while (TRY(find_server(seams, cluster))) {
    if (connect(seams, cluster, "postgres", soon) || seams.clock.steady() >= deadline) return true;
    seams.clock.sleep(Millis(20));
  }
  return false;
}

Done start(const Seams& seams, const Cluster& cluster) {
  while (const std::optional<ProcessId> server = TRY(server_or_nobody(seams, cluster))) {
    Done ready = wait_until_ready(seams, cluster, *server);
    if (ready || alive(*server)) return ready;
    // What was found was about to end.
  }
  TRY(seams.files.make_folders(cluster.socket, 0700));
  TRY(clear_leftovers(seams, cluster));
  Command command;
  command.argv = {server_program_of(cluster, "postgres"), "-D", cluster.data.string()};
  command.environment = fixed_environment();
  command.folder = cluster.data;
  command.output = cluster.log;
  const ProcessId server = TRY(seams.processes.start_detached(command));
  return wait_until_ready(seams, cluster, server);
}

Done stop(const Seams& seams, const Cluster& cluster, Stop how) {
  const std::optional<ProcessId> server = TRY(server_or_nobody(seams, cluster));
  if (!server) return {};
  TRY(send_signal(*server, SIGINT));
  TRY(send_signal(*server, SIGCONT));  // one that was stopped hears nothing until it goes on
  if (wait_for_end(*server, how == Stop::at_once ? hurried_limit : stop_limit)) return {};
  if (how == Stop::clean)
    return fail("the PostgreSQL server of {} does not stop (process {})", cluster.data.string(), server->pid)
        .next("Its log: " + cluster.log.string());
  TRY(send_signal(*server, SIGQUIT));
  if (wait_for_end(*server, how == Stop::at_once ? hurried_limit : force_limit))
    return nothing_runs(seams, cluster);
  TRY(send_signal(*server, SIGKILL));
  return nothing_runs(seams, cluster);
}

Done sync_to_disk(const Seams& seams, const Cluster& cluster) {
  Command command;
  command.argv = {server_program_of(cluster, "initdb"), "--sync-only", "--pgdata", cluster.data.string()};
  command.environment = fixed_environment();
  command.folder = "/";
  command.limit = Millis(3'600'000);
  Result<std::string> synced = run_checked(seams.processes, command);
  if (!synced)
    return fail("cannot sync {} to disk", cluster.data.string()).because(std::move(synced).error());
  return {};
}

std::uint64_t held_bytes(const Cluster& cluster) {
  const std::uint64_t all = tree_bytes(cluster.data), wal = tree_bytes(cluster.data / "pg_wal");
  return all > wal ? all - wal : 0;
}

std::string conninfo(const Cluster& cluster, std::string_view database) {
  return fmt::format("host={} port={} user={} dbname={}", pg::conninfo_value(cluster.socket.string()),
                     socket_port, superuser, pg::conninfo_value(database));
}

Result<pg::Session> connect(const Seams& seams, const Cluster& cluster, std::string_view database,
                            const pg::Options& options) {
  return seams.connections.open(conninfo(cluster, database), options);
}

}  // namespace slipway::swap
