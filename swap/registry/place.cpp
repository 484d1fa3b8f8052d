#include "swap/registry/place.hpp"

#include "base/pg/conninfo.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view insufficient_privilege = "42501";

// Settings that would end our sessions, or let a commit be lost, wherever they were made. PostgreSQL 13 lacks
// some of them.
constexpr std::string_view own_settings_sql = R"(
select set_config(name, case name when 'synchronous_commit' then
                                    case when setting in ('off', 'local') then 'on' else setting end
                                  when 'standard_conforming_strings' then 'on' else '0' end, false)
from pg_settings
where name in ('idle_session_timeout', 'idle_in_transaction_session_timeout', 'statement_timeout',
               'lock_timeout', 'transaction_timeout', 'synchronous_commit', 'standard_conforming_strings')
)";

// A pooler cannot hand on the server's own process number, as one client is not one process there: so it
// makes one up, in every one of its pool modes.
Done refuse_pooler(pg::Session& session, const std::string& where) {
  const pg::Rows rows = TRY(session.query("select pg_backend_pid()"));
  if (rows.number(0, 0) == session.backend_pid()) return {};
  return error(Kind::usage,
               "the server {} is a pooler and not PostgreSQL itself: locks and the switch need sessions of "
               "their own",
               where)
      .next("Let `server` name PostgreSQL's own address; the pooler belongs in `quiesce` and `front`.");
}

}  // namespace

std::string RegistryPlace::what() const {
  return (mode == config::Mode::schema ? "schema " : "database ") + name;
}

Result<std::string> entry_database(const std::string& server, const std::string& target) {
  const std::string named = TRY(pg::database_of(server));
  return named.empty() || named == target ? "postgres" : named;
}

Result<pg::Session> open_direct(const Seams& seams, const std::string& server, const std::string& database,
                                const std::string& application_name) {
  const std::string where = TRY(pg::server_of(server));
  Result<pg::Session> opened = seams.connections.open(TRY(pg::with_database(server, database)));
  if (!opened)
    return fail("no session to database {} of {}", database, where).because(std::move(opened).error());
  pg::Session session = std::move(*opened);
  TRY(refuse_pooler(session, where));
  TRY(session.query(own_settings_sql));
  TRY(session.query("select set_config('application_name', $1, false)", {application_name}));
  return session;
}

Error with_privilege(Error error, const std::string& advice) {
  if (error.sqlstate() != insufficient_privilege) return error;
  return std::move(error).next(advice);
}

}  // namespace slipway::swap
