#include "swap/servers/pooler.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "swap/servers/secrets.hpp"

namespace slipway::swap {
namespace {

constexpr Millis start_limit{20'000};
constexpr Millis silence_limit{10'000};  // then it hangs
constexpr Millis closing_limit{2000};
constexpr int most_clients = 1000;

Path ini_file(const Pooler& pooler) {
  return pooler.folder / "pgbouncer.ini";
}
Path users_file(const Pooler& pooler) {
  return pooler.folder / "users.txt";
}
Path pid_file(const Pooler& pooler) {
  return pooler.folder / "pgbouncer.pid";
}
Path log_file(const Pooler& pooler) {
  return pooler.folder / "pgbouncer.log";
}

// After a switch every server connection is a new login, one after the other: a small pool is back soonest
// (measured: 8 connections 40 ms, 32 connections 59 ms).
int pool_size(const Pooler& pooler) {
  if (pooler.pool == config::Pool::session) return 100;
  return std::max(10, 2 * static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
}

std::string database_line(const std::string& alias, const Pooler& pooler, const std::string& more) {
  return fmt::format("{} = host={} port={} dbname={}{}\n", alias, pooler.door_link.string(), socket_port,
                     pooler.database, more);
}

std::string ini(const Pooler& pooler) {
  return "; Written by Slipway at every start.\n[databases]\n" + database_line(pooler.database, pooler, "") +
         database_line(probe_alias(pooler.database), pooler, " pool_size=2") + "\n[pgbouncer]\n" +
         fmt::format("listen_addr = 127.0.0.1\nlisten_port = {}\n", pooler.port) +
         fmt::format("unix_socket_dir = {}\nunix_socket_mode = 0700\n", pooler.socket.string()) +
         fmt::format("auth_type = scram-sha-256\nauth_file = {}\n", users_file(pooler).string()) +
         fmt::format("logfile = {}\npidfile = {}\n", log_file(pooler).string(), pid_file(pooler).string()) +
         fmt::format("pool_mode = {}\n", pooler.pool == config::Pool::session ? "session" : "transaction") +
         // No min_pool_size: PgBouncer would log in for it during a pause, break that login off, and turn
         // away who comes next with "server login has been failing".
         fmt::format("max_client_conn = {}\ndefault_pool_size = {}\n", most_clients, pool_size(pooler)) +
         // A login that fails during a switch must be tried again at once, not after the default 15 s.
         "server_login_retry = 0\nserver_connect_timeout = 15\nquery_wait_timeout = 120\n"
         "ignore_startup_parameters = extra_float_digits\nlog_connections = 0\nlog_disconnections = 0\n"
         "stats_period = 3600\n";
}

Result<std::string> users(const Seams& seams, const Home& home, const Pooler& pooler) {
  std::string text;
  for (const std::string& role : {pooler.database, reader_role(pooler.database)}) {
    const std::string password = TRY(ensure_password(seams, home.names(), role, pooler.port));
    // The same salt each time, so that the file changes only when the password does.
    const std::string verifier = scram_verifier(password, sha256(role + password).substr(0, 16));
    text += fmt::format("\"{}\" \"{}\"\n", role, verifier);
  }
  return text;
}

// True if the file was changed.
Result<bool> update_file(const Seams& seams, const Path& path, const std::string& text) {
  if (TRY(seams.files.read_if_there(path)) == text) return false;
  TRY(seams.files.write(path, text, 0600));
  return true;
}

Done link_door(const Seams& seams, const Home& home, const config::Target& target, const Pooler& pooler) {
  const Path goal = target_names(home.names(), target.name).current() / "sock";
  const std::optional<std::string> now = TRY(seams.files.read_link(pooler.door_link));
  if (now && *now == goal.string()) return {};
  const Path temporary = pooler.door_link.string() + fmt::format(".{}", ::getpid());
  TRY(seams.files.remove(temporary));
  TRY(seams.files.symlink(goal, temporary));
  return seams.files.rename(temporary, pooler.door_link);
}

// Clients and servers are descriptors, and 1024 of them are soon gone.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Done wait_until_ready(const Seams& seams, const Pooler& pooler, const ProcessId& process, Millis limit) {
  const Millis deadline = seams.clock.steady() + limit;
  while (true) {
    Result<pg::Session> console = pooler_console(seams, pooler, Millis(5000));
    if (console) return {};
    if (!alive(process) || seams.clock.steady() >= deadline)
      return fail("PgBouncer for port {} did not start", pooler.port)
          .because(std::move(console).error())
          .next(fmt::format("Its log: {}. Is port {} taken by another program? Then choose another `front:`.",
                            log_file(pooler).string(), pooler.port));
    seams.clock.sleep(Millis(20));
  }
}

// 0, or what stands against it.
int bind_port(int port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const int bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int code = errno;
  ::close(probe);
  return bound == 0 ? 0 : code;
}

// PgBouncer goes on without its TCP port where somebody else has it, and its console answers all the same.
// The one that was killed just now is out of its folder before the kernel has closed what it listened on.
Done wait_for_port(const Seams& seams, const Pooler& pooler) {
  const Millis deadline = seams.clock.steady() + closing_limit;
  int problem = bind_port(pooler.port);
  while (problem == EADDRINUSE && seams.clock.steady() < deadline) {
    seams.clock.sleep(Millis(20));
    problem = bind_port(pooler.port);
  }
  if (problem == 0) return {};
  return errno_error(fmt::format("the front door cannot listen on 127.0.0.1:{}", pooler.port), problem)
      .next(
          "Another program has that port (ss -ltnp shows which). End it, or choose another `front:` for the "
          "target.");
}

Done start(const Seams& seams, const Pooler& pooler) {
  TRY(wait_for_port(seams, pooler));
  TRY(seams.files.make_folders(pooler.socket, 0700));
  TRY(seams.files.remove(pid_file(pooler)));
  TRY(seams.files.remove(pooler.socket / fmt::format(".s.PGSQL.{}", pooler.port)));
  raise_descriptor_limit();
  Command command;
  command.argv = {"pgbouncer", ini_file(pooler).string()};
  command.folder = pooler.folder;
  command.output = pooler.folder / "pgbouncer.out";
  const ProcessId process = TRY(seams.processes.start_detached(command));
  return wait_until_ready(seams, pooler, process, start_limit);
}

Done tell(pg::Session& console, const std::string& command) {
  Result<pg::Rows> answer = console.console(command);
  if (!answer) return fail("PgBouncer refused {}", command).because(std::move(answer).error());
  return {};
}

}  // namespace

Pooler pooler_of(const Home& home, const config::Target& target) {
  const TargetNames names = target_names(home.names(), target.name);
  return {names.pooler(),       names.pooler_socket(), names.door_link(), target.front_port,
          target.database_name, target.pool,           home.user};
}

Result<std::optional<ProcessId>> running(const Pooler& pooler) {
  const std::vector<ProcessId> inside = TRY(processes_in(pooler.folder));
  return inside.empty() ? std::nullopt : std::optional<ProcessId>(inside.front());
}

Done ensure_pooler(const Seams& seams, const Home& home, const config::Target& target) {
  const Pooler pooler = pooler_of(home, target);
  TRY(seams.files.make_folders(pooler.folder, 0700));
  TRY(link_door(seams, home, target, pooler));
  const bool new_users = TRY(update_file(seams, users_file(pooler), TRY(users(seams, home, pooler))));
  const bool new_ini = TRY(update_file(seams, ini_file(pooler), ini(pooler)));
  const std::optional<ProcessId> process = TRY(running(pooler));
  if (!process) return start(seams, pooler);
  // One that hangs holds its clients for ever; started again it lets them in.
  if (!new_users && !new_ini && wait_until_ready(seams, pooler, *process, silence_limit)) return {};
  // Where it listens cannot change under it: then the console is not where the new files say.
  Result<pg::Session> console = pooler_console(seams, pooler, Millis(5000));
  if (console) return tell(*console, "RELOAD");
  TRY(stop(pooler));
  return start(seams, pooler);
}

Done stop(const Pooler& pooler) {
  const std::optional<ProcessId> process = TRY(running(pooler));
  if (!process) return {};
  TRY(send_signal(*process, SIGTERM));
  TRY(send_signal(*process, SIGCONT));
  if (wait_for_end(*process, Millis(5000))) return {};
  TRY(send_signal(*process, SIGKILL));
  if (!wait_for_end(*process, Millis(5000))) return fail("PgBouncer (process {}) does not end", process->pid);
  return {};
}

Result<pg::Session> pooler_console(const Seams& seams, const Pooler& pooler, Millis limit) {
  // The console lets in the OS user that it runs as, over its socket, under this name.
  const std::string conninfo = fmt::format("host={} port={} user=pgbouncer dbname=pgbouncer",
                                           pg::conninfo_value(pooler.socket.string()), pooler.port);
  return seams.connections.open(conninfo, {.connect_limit = Seconds(5), .call_limit = limit});
}

Done reconnect(const Seams& seams, const Pooler& pooler, const std::string& database, Millis limit) {
  pg::Session console = TRY(pooler_console(seams, pooler, limit));
  return tell(console, "RECONNECT " + pg::quoted(database));
}

}  // namespace slipway::swap
