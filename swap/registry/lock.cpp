#include "swap/registry/lock.hpp"

#include <cstring>

#include "base/digest.hpp"

namespace slipway::swap {
namespace {

constexpr Millis end_limit{30'000};
constexpr Millis end_poll{20};

// pg_stat_activity shows a session's start to its own role, and to pg_read_all_stats.
constexpr std::string_view token_sql =
    "select pid || '.' || (extract(epoch from backend_start) * 1000000)::bigint from pg_stat_activity ";

// A later session may have its number. Whose start we may not see is it where it holds a lock such as ours.
constexpr std::string_view end_sql = R"(
select pg_terminate_backend(a.pid) from pg_stat_activity a where a.pid = $1::int
  and coalesce(a.pid || '.' || (extract(epoch from a.backend_start) * 1000000)::bigint = $2,
               exists (select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'advisory'))
)";

constexpr std::string_view holder_sql = R"(
select a.pid || '.' || (extract(epoch from a.backend_start) * 1000000)::bigint,
       coalesce(nullif(a.application_name, ''), 'process ' || l.pid || ' of the server')
from pg_locks l left join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
  and l.database = (select oid from pg_database where datname = current_database())
  and l.classid::bigint = ($1::bigint >> 32) & 4294967295 and l.objid::bigint = $1::bigint & 4294967295
)";

}  // namespace

long long lock_key(const std::string& words) {
  const std::string digest = sha256("slipway " + words);
  long long key = 0;
  std::memcpy(&key, digest.data(), sizeof key);
  return key;
}

Result<std::optional<LockSession>> LockSession::try_take(const Seams& seams, const RegistryPlace& place,
                                                         long long key, const std::string& holder) {
  pg::Session session = TRY(open_direct(seams, place.server, place.database, holder));
  const pg::Rows locked = TRY(session.query("select pg_try_advisory_lock($1)", {std::to_string(key)}));
  if (!locked.truth(0, 0)) return std::optional<LockSession>();
  const pg::Rows self = TRY(session.query(std::string(token_sql) + "where pid = pg_backend_pid()"));
  if (self.size() != 1) return fail("the server does not show our own session to us");
  return std::optional<LockSession>(LockSession(std::move(session), self.string(0, 0)));
}

bool LockSession::stands() {
  return usable() && session_.query("select 1");
}

Result<std::optional<Holder>> holder_of(pg::Session& session, long long key) {
  const pg::Rows rows = TRY(session.query(holder_sql, {std::to_string(key)}));
  if (rows.empty()) return std::optional<Holder>();
  std::string name = rows.string(0, 1);
  if (name.starts_with("swap: ")) name.erase(0, 6);
  return std::optional<Holder>(Holder{rows.string(0, 0), std::move(name)});
}

Done end_session(Clock& clock, pg::Session& session, const std::string& token) {
  const Millis deadline = clock.steady() + end_limit;
  const std::string pid = token.substr(0, token.find('.'));
  while (true) {
    const Result<pg::Rows> ended = session.query(end_sql, {pid, token});
    if (!ended)
      return with_privilege(
          ended.error(),
          "To end the sessions of another role, the role of `server` needs to be a member of "
          "pg_signal_backend; those of a superuser only a superuser can end.");
    if (ended->empty()) return {};
    if (clock.steady() >= deadline)
      return fail("session {} of the server does not end", pid)
          .next(
              "Look at it in pg_stat_activity; a stopped (SIGSTOP) server process must be continued or "
              "killed.");
    clock.sleep(end_poll);
  }
}

}  // namespace slipway::swap
