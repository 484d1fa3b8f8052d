#include "swap/database/sessions.hpp"

#include "swap/registry/place.hpp"

namespace slipway::swap {
namespace {

constexpr Millis poll{3};
constexpr int named_at_most = 10;

constexpr std::string_view privilege =
    "To end the sessions of other roles, the role of `server` needs to be a member of pg_signal_backend; "
    "those "
    "of a superuser only a superuser can end.";

// Autovacuum's workers have no user; PostgreSQL ends them itself where a rename needs it.
constexpr std::string_view inside =
    " from pg_stat_activity a where datid = any($1::oid[]) and pid <> pg_backend_pid() and usesysid is not "
    "null";

// Whoever holds the locks on carried tables goes last: a writer that waits for one would get it, and write
// what is left behind.
constexpr std::string_view but_lockers = " and application_name not like 'slipway carry %'";

constexpr std::string_view description =
    "select format('process %s (user %s, %s, from %s)', pid, usename, "
    "coalesce(nullif(application_name, ''), 'no name'), coalesce(host(client_addr), 'a local socket'))";

constexpr std::string_view not_ours_to_end =
    " and not (select rolsuper from pg_roles where rolname = current_user)"
    " and ((select rolsuper from pg_roles r where r.oid = a.usesysid)"
    "  or not (pg_has_role(current_user, a.usesysid, 'USAGE')"
    "          or pg_has_role(current_user, 'pg_signal_backend', 'USAGE')))";

constexpr std::string_view prepared_sql =
    "select format('%s of %s', gid, owner) from pg_prepared_xacts x join pg_database d on d.datname = "
    "x.database "
    "where d.oid = any($1::oid[])";

constexpr std::string_view blockers_sql = R"(
select 1, format('process %s, user %s, %s for %s s: %s', pid, usename, state,
                 round(extract(epoch from now() - xact_start)), left(query, 60))
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and xact_start < now() - interval '1 s'
union all
select 2, format('prepared transaction %s of %s', gid, owner) from pg_prepared_xacts
where database = current_database()
union all
select 3, format('replication slot %s stays with what is live now, under its new name', slot_name)
from pg_replication_slots where database = current_database()
union all
select 4, format('%s sessions of user %s will be ended', count(*), usename)
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
group by usename
order by 1, 2
)";

std::string array_of(const std::vector<unsigned>& oids) {
  std::string text = "{";
  for (const unsigned oid : oids) text += (text.size() > 1 ? "," : "") + std::to_string(oid);
  return text + "}";
}

std::string listed(const pg::Rows& rows) {
  std::string text;
  for (int row = 0; row < rows.size() && row < named_at_most; ++row)
    text += (row > 0 ? ", " : "") + rows.string(row, 0);
  if (rows.size() > named_at_most) text += fmt::format(" and {} more", rows.size() - named_at_most);
  return text;
}

Done no_prepared_transactions(pg::Session& session, const std::string& oids) {
  const pg::Rows prepared = TRY(session.query(prepared_sql, {oids}));
  if (prepared.empty()) return {};
  return error(Kind::refused, "prepared transactions keep the database from being renamed: {}",
               listed(prepared))
      .next("COMMIT PREPARED or ROLLBACK PREPARED them, in the database that they are in.");
}

Done end_until_gone(Clock& clock, pg::Session& session, const std::string& oids, std::string_view but,
                    Millis deadline) {
  const std::string those = std::string(inside) + std::string(but);
  while (true) {
    Result<pg::Rows> ended = session.query("select pg_terminate_backend(pid)" + those, {oids});
    if (!ended) return with_privilege(std::move(ended).error(), std::string(privilege));
    if (ended->empty()) return {};
    if (clock.steady() >= deadline)
      return fail("sessions do not go, or come again: {}",
                  listed(TRY(session.query(std::string(description) + those, {oids}))))
          .next("Stop these clients, or hold them by `quiesce`, and promote again.");
    clock.sleep(poll);
  }
}

}  // namespace

Done end_sessions(Clock& clock, pg::Session& session, const std::vector<unsigned>& oids, Millis limit) {
  const Millis deadline = clock.steady() + limit;
  const std::string which = array_of(oids);
  TRY(no_prepared_transactions(session, which));
  TRY(end_until_gone(clock, session, which, but_lockers, deadline));
  return end_until_gone(clock, session, which, "", deadline);
}

Done may_end_sessions(pg::Session& session, const std::vector<unsigned>& oids) {
  const std::string which = array_of(oids);
  TRY(no_prepared_transactions(session, which));
  const pg::Rows others = TRY(
      session.query(std::string(description) + std::string(inside) + std::string(not_ours_to_end), {which}));
  if (others.empty()) return {};
  return error(Kind::refused, "the role of `server` may not end these sessions: {}", listed(others))
      .next(std::string(privilege));
}

Result<std::vector<std::string>> database_blockers(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(blockers_sql));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 1));
  return found;
}

}  // namespace slipway::swap
