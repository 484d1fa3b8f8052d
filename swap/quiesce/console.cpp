#include "swap/quiesce/console.hpp"

#include "base/pg/identifier.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

constexpr Millis between_looks{2};
constexpr std::size_t most_clients_named = 10;

// A PAUSE that meets a login under way marks the pool as failed, for server_login_retry.
Done wait_for_logins(pg::Session& session, const std::string& database, const TimeLeft& time) {
  while (true) {
    const pg::Rows pools = TRY(session.console("SHOW POOLS"));
    const int name = pools.column("database"), login = pools.column("sv_login");
    bool busy = false;
    for (int row = 0; row < pools.size(); ++row)
      busy |= pools.text(row, name) == database && pools.number(row, login) > 0;
    if (!busy) return {};
    if (time.over()) return fail("server logins of {} do not come to an end", database);
    time.nap(between_looks);
  }
}

// Those that have a server connection now, which a PAUSE waits for.
Result<std::string> clients_that_stay(const Console& console, const std::string& database, Millis limit) {
  pg::Session session = TRY(console.open(limit));
  const pg::Rows clients = TRY(session.console("SHOW CLIENTS"));
  const int name = clients.column("database"), link = clients.column("link"), user = clients.column("user"),
            address = clients.column("addr"), port = clients.column("port");
  std::string named;
  std::size_t count = 0;
  for (int row = 0; row < clients.size(); ++row) {
    if (clients.text(row, name) != database || clients.text(row, link).empty()) continue;
    if (++count <= most_clients_named)
      named += fmt::format("{}{}@{}:{}", named.empty() ? "" : ", ", clients.text(row, user),
                           clients.text(row, address), clients.text(row, port));
  }
  if (count > most_clients_named) named += fmt::format(" and {} more", count - most_clients_named);
  return named;
}

// PgBouncer's own no has a SQLSTATE of its own; a lost or late answer is 08006, and then nobody knows.
bool is_refusal(const Error& error) {
  return error.sqlstate() != "08006";
}

Error take_back(const Console& console, const std::string& database, Error why, Millis limit) {
  const Result<std::string> clients = clients_that_stay(console, database, limit);
  Done resumed = resume_database(console, database, limit);
  if (!resumed)
    return error(Kind::needs_operator, "{} may still hold {} (it could not be resumed: {})", console.where,
                 database, resumed.error().summary())
        .because(std::move(why))
        .next(fmt::format("On its console: RESUME {};", database));
  Error error = clients && !clients->empty()
                    ? fail("{} could not be paused at {} in time; these clients stay: {}", database,
                           console.where, *clients)
                    : fail("{} could not be paused at {}", database, console.where);
  return std::move(error).because(std::move(why));
}

Done ask_to_pause(const Seams& seams, const Console& console, const std::string& database, Millis limit,
                  bool* asked) {
  const TimeLeft time(seams.clock, limit);
  pg::Session session = TRY(console.open(time.left()));
  TRY(wait_for_logins(session, database, time));
  session.limit(time.left());
  *asked = true;
  TRY(session.console("PAUSE " + pg::quoted(database)));
  return {};
}

}  // namespace

Done pause_database(const Seams& seams, const Console& console, const std::string& database, Millis limit) {
  const Millis reserve = reserve_of(limit);
  bool asked = false;
  Done paused = ask_to_pause(seams, console, database, limit - reserve, &asked);
  if (paused) return {};
  if (!asked || is_refusal(paused.error()))
    return fail("{} cannot be paused at {}", database, console.where).because(std::move(paused).error());
  return take_back(console, database, std::move(paused).error(), reserve);
}

Done resume_database(const Console& console, const std::string& database, Millis limit) {
  pg::Session session = TRY(console.open(limit));
  const Result<pg::Rows> resumed = session.console("RESUME " + pg::quoted(database));
  if (resumed || resumed.error().summary().find("not paused") != std::string::npos) return {};
  return fail("{} cannot be resumed at {}", database, console.where).because(resumed.error());
}

Done close_clients_of(const Console& console, const std::string& database, Millis limit) {
  pg::Session session = TRY(console.open(limit));
  const Result<pg::Rows> closed = session.console("KILL " + pg::quoted(database));
  if (closed) return {};
  return fail("the clients of {} at {} could not be closed", database, console.where).because(closed.error());
}

Result<std::vector<PooledDatabase>> pooled_databases(pg::Session& session) {
  const pg::Rows rows = TRY(session.console("SHOW DATABASES"));
  const int name = rows.column("name"), mode = rows.column("pool_mode"), paused = rows.column("paused");
  if (name < 0 || mode < 0 || paused < 0) return fail("this is not the console of a PgBouncer");
  std::vector<PooledDatabase> databases;
  for (int row = 0; row < rows.size(); ++row)
    databases.push_back({rows.string(row, name), rows.string(row, mode), rows.number(row, paused) != 0});
  return databases;
}

// A RECONNECT tells, and has nothing to do where nobody has connected yet.
Result<bool> is_served(pg::Session& session, const std::string& database) {
  const Result<pg::Rows> told = session.console("RECONNECT " + pg::quoted(database));
  if (told) return true;
  if (told.error().summary().find("no such database") != std::string::npos) return false;
  return told.error();
}

Result<std::map<std::string, std::string>> pooler_settings(pg::Session& session) {
  const pg::Rows rows = TRY(session.console("SHOW CONFIG"));
  std::map<std::string, std::string> settings;
  for (int row = 0; row < rows.size(); ++row)
    settings[rows.string(row, rows.column("key"))] = rows.string(row, rows.column("value"));
  return settings;
}

Done require_admin(pg::Session& session) {
  // A setting that no PgBouncer has: an admin is told that, anybody else that they may not, and nothing
  // changes either way.
  const Result<pg::Rows> answer = session.console("SET slipway_may_i = 1");
  if (answer || answer.error().summary().find("admin access needed") == std::string::npos) return {};
  return fail("this user may look at PgBouncer's console, and not pause anything")
      .next("Add the user to `admin_users` in pgbouncer.ini, and RELOAD.");
}

}  // namespace slipway::swap
