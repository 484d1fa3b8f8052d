// A promotion in database mode. All that it does to live and to the candidate goes over the session that
// holds the lock: whoever ends that session has ended the promotion.
#include <algorithm>

#include "swap/database/database.hpp"
#include "swap/database/sessions.hpp"
#include "swap/state/database_state.hpp"

namespace slipway::swap {
namespace {

constexpr Millis longest_rename{5000};  // as long as PostgreSQL itself waits for others to leave
constexpr Millis shortest_wait{100};

}  // namespace

// The attempt is the journal's: what the steps read of it (the deadline) is what it says when they are taken.
std::vector<EngineStep> Database::prepare(const Attempt& attempt) {
  std::vector<EngineStep> steps = {{"check_server", [this, &attempt] { return check_server(attempt); }}};
  if (!attempt.from.empty())
    steps.push_back({"copy_database_state", [this, &attempt]() -> Done {
                       const DatabaseEntry to = TRY(entry_of(attempt.to));
                       return copy_database_state(*TRY(token_session(attempt)), name_, to.name);
                     }});
  steps.push_back({"open_candidate", [this, &attempt]() -> Done {
                     return set_open(*TRY(token_session(attempt)), TRY(entry_of(attempt.to)).name, true);
                   }});
  return steps;
}

// What would stop it later, while clients are held.
Done Database::check_server(const Attempt& attempt) {
  pg::Session& session = *TRY(token_session(attempt));
  std::vector<unsigned> oids = {TRY(entry_of(attempt.to)).oid};
  if (!attempt.from.empty()) oids.push_back(TRY(entry_of(attempt.from)).oid);
  for (const unsigned oid : oids) {
    const pg::Rows rows = TRY(session.query(
        "select datname, pg_has_role(current_user, datdba, 'USAGE'), pg_get_userbyid(datdba), current_user, "
        "(select rolcreatedb or rolsuper from pg_roles where rolname = current_user) "
        "from pg_database where oid = $1::oid",
        {std::to_string(oid)}));
    if (!rows.truth(0, 1))
      return error(Kind::refused, "role {} does not own database {}", rows.string(0, 3), rows.string(0, 0))
          .next(fmt::format("Make it a member of role {}, or ALTER DATABASE … OWNER TO it.",
                            rows.string(0, 2)));
    if (!rows.truth(0, 4))
      return error(Kind::refused, "role {} may not rename databases", rows.string(0, 3))
          .next("It needs CREATEDB: ALTER ROLE … CREATEDB.");
  }
  return may_end_sessions(session, oids);
}

std::vector<EngineStep> Database::close_live(const Attempt& attempt) {
  return {{"close_live", [this, &attempt] { return close_both(attempt); }},
          {"end_sessions", [this, &attempt] { return end_all(attempt); }}};
}

// Nobody may be in either of them while they are renamed; the candidate has only been looked at.
Done Database::close_both(const Attempt& attempt) {
  pg::Session& session = *TRY(token_session(attempt));
  TRY(set_open(session, TRY(entry_of(attempt.to)).name, false));
  if (attempt.from.empty()) return {};
  return set_open(session, TRY(entry_of(attempt.from)).name, false);
}

Done Database::end_all(const Attempt& attempt) {
  std::vector<unsigned> oids = {TRY(entry_of(attempt.to)).oid};
  if (!attempt.from.empty()) oids.push_back(TRY(entry_of(attempt.from)).oid);
  return end_sessions(seams_.clock, *TRY(token_session(attempt)), oids,
                      std::max(left_of(attempt), shortest_wait));
}

Done Database::flip(const Attempt& attempt, const Journal& switched) {
  const Millis limit = std::clamp(left_of(attempt), shortest_wait, longest_rename);
  return TRY(registry())->switch_with(attempt.token, switched, limit, [&](pg::Session& session) {
    return rename_both(session, attempt);
  });
}

Done Database::rename_both(pg::Session& session, const Attempt& attempt) {
  const std::optional<DatabaseEntry> now = TRY(find_database(session, name_));
  const std::optional<DatabaseEntry> to = TRY(find_database(session, TRY(row_of(attempt.to)).oid));
  const unsigned expected = attempt.from.empty() ? 0 : TRY(row_of(attempt.from)).oid;
  if (!to) return fail("the database of snapshot {} is gone", attempt.to);
  if ((now ? now->oid : 0) != expected)
    return fail("database {} is not snapshot {} any more", name_, attempt.from).next("See: swap status");
  if (now) TRY(rename_database(session, name_, database_of_snapshot(name_, attempt.from)));
  TRY(rename_database(session, to->name, name_));
  return set_open(session, name_, true);
}

Done Database::probe(const Identity& expected) {
  const std::string now = TRY(live());
  if (now != expected.id) return fail("live is {} after the switch to {}", now, expected.id);
  if (TRY(manifest(now)).build_uuid == expected.build_uuid) return {};
  return fail("live is {}, of another build", now);
}

std::vector<EngineStep> Database::retire(const Attempt& attempt) {
  if (attempt.from.empty()) return {};
  return {{"close_previous", [this, &attempt] { return freeze(attempt.from); }}};
}

// One that somebody dropped meanwhile lets nobody in.
Done Database::freeze(const std::string& id) {
  pg::Session& session = *TRY(TRY(registry())->session());
  const std::optional<DatabaseEntry> entry = TRY(find_database(session, TRY(row_of(id)).oid));
  if (!entry) return {};
  if (entry->name == name_) return fail("snapshot {} is live and stays open", id);
  return close(session, *entry);
}

// Live first. The candidate too: what was carried into it is to be taken back, and then it is frozen.
Done Database::reopen_live(const Attempt& attempt) {
  pg::Session& session = *TRY(TRY(registry())->session());
  if (!attempt.from.empty()) {
    const DatabaseEntry live = TRY(entry_of(attempt.from));
    if (live.name == name_ && !live.open) TRY(set_open(session, name_, true));
  }
  const std::optional<DatabaseEntry> candidate = TRY(find_database(session, TRY(row_of(attempt.to)).oid));
  if (!candidate || candidate->open) return {};
  return set_open(session, candidate->name, true);
}

Done Database::unlink(const Attempt& attempt) {
  const DatabaseEntry entry = TRY(entry_of(attempt.to));
  if (entry.name != name_) return {};
  pg::Session& session = *TRY(TRY(registry())->session());
  TRY(close(session, entry));
  return rename_database(session, name_, database_of_snapshot(name_, attempt.to));
}

}  // namespace slipway::swap
