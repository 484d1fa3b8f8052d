// A promotion in schema mode, but for the switch itself. All that it does goes over the session that holds
// the lock: whoever ends that session has ended the promotion.
#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "base/pg/identifier.hpp"
#include "swap/manifest_table.hpp"
#include "swap/schema/in_the_way.hpp"
#include "swap/schema/rebind.hpp"
#include "swap/schema/rights.hpp"
#include "swap/schema/schema.hpp"

namespace slipway::swap {
namespace {

constexpr Millis poll{100};
constexpr std::size_t named_at_most = 10;

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), named_at_most); ++i)
    text += (i == 0 ? "" : "; ") + names[i];
  if (names.size() > named_at_most) text += fmt::format("; and {} more", names.size() - named_at_most);
  return text;
}

// What our role may not do, in words; nothing otherwise.
constexpr std::string_view lacking_sql = R"(
select format('role %s does not own schema %I', current_user, n.nspname), format('Make it a member of role %I.', pg_get_userbyid(n.nspowner))
from pg_namespace n where n.oid in ($1::oid, $2::oid) and not pg_has_role(current_user, n.nspowner, 'usage')
union all
select format('role %s does not own %s', current_user, c.oid::regclass), format('Make it a member of role %I.', pg_get_userbyid(c.relowner))
from pg_class c where c.relnamespace in ($1::oid, $2::oid) and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not pg_has_role(current_user, c.relowner, 'usage')
union all
select format('role %s may not rename schemas of database %I', current_user, current_database()),
  format('It needs CREATE there: GRANT CREATE ON DATABASE %I TO %I.', current_database(), current_user)
where not has_database_privilege(current_database(), 'create')
limit 1)";

}  // namespace

Result<Schema::Two> Schema::two_of(const Attempt& attempt) {
  Two two;
  two.to = TRY(row_of(attempt.to)).oid;
  if (!attempt.from.empty()) two.from = TRY(row_of(attempt.from)).oid;
  two.pair = {name_, std::to_string(two.from), std::to_string(two.to)};
  return two;
}

// The attempt is the journal's: what the steps read of it (the deadline) is what it says when they are taken.
std::vector<EngineStep> Schema::prepare(const Attempt& attempt) {
  return {{"check_roles", [this, &attempt] { return check_roles(attempt); }},
          {"check_dependents", [this, &attempt] { return check_dependents(attempt); }},
          {"copy_grants", [this, &attempt] { return copy_grants(attempt); }},
          {"wait_for_snapshots", [this, &attempt] { return wait_for_snapshots(attempt); }}};
}

Done Schema::check_roles(const Attempt& attempt) {
  const Two two = TRY(two_of(attempt));
  const pg::Rows lacking =
      TRY(TRY(token_session(attempt))->query(lacking_sql, {two.pair.live, two.pair.candidate}));
  if (lacking.empty()) return {};
  return error(Kind::refused, "{}", lacking.string(0, 0)).next(lacking.string(0, 1));
}

// What would stop it later, while clients are held.
Done Schema::check_dependents(const Attempt& attempt) {
  const Two two = TRY(two_of(attempt));
  pg::Session& session = *TRY(token_session(attempt));
  const RebindPlan plan = TRY(rebind_plan(session, two.pair, target_.carry));
  TRY(refusal_of(plan));
  const std::vector<std::string> without = TRY(orphans(session, plan.rebind, two.pair));
  if (without.empty()) return {};
  return error(Kind::refused, "rows outside refer to rows that snapshot {} does not have: {}", attempt.to,
               list(without))
      .next("Remove or change those rows, or build a snapshot that has what they refer to.");
}

Done Schema::copy_grants(const Attempt& attempt) {
  const Two two = TRY(two_of(attempt));
  pg::Session& session = *TRY(token_session(attempt));
  for (const std::string& grant : TRY(missing_grants(session, two.to, two.from))) TRY(session.script(grant));
  return {};
}

// Transactions that began after this see the candidate's rows, hidden ones too.
Done Schema::wait_for_snapshots(const Attempt& attempt) {
  pg::Session& session = *TRY(token_session(attempt));
  const std::string candidate = TRY(made_of(attempt.to)).name;
  const std::vector<std::string> hidden = TRY(hidden_transactions(session));
  std::vector<std::string> old;
  const Millis limit = seams_.clock.steady() + Millis(target_.deadline);
  while (true) {
    old = TRY(old_snapshots(session, candidate));
    const std::vector<std::string> still = TRY(hidden_transactions(session));
    for (const std::string& one : hidden)
      if (std::find(still.begin(), still.end(), one) != still.end())
        old.push_back("transaction " + one + ", hidden from our role");
    if (old.empty()) return {};
    if (seams_.clock.steady() >= limit) break;
    seams_.clock.sleep(poll);
  }
  return fail("transactions that are older than snapshot {} would see its tables empty: {}", attempt.to,
              list(old))
      .next("Let them end, or end them (pg_terminate_backend), and promote again.");
}

// Clients that prepared a statement for rows of another shape get an error at each use of it, for ever.
std::vector<EngineStep> Schema::close_previous(const Attempt& attempt) {
  if (attempt.from.empty()) return {};
  return {{"end_reshaped", [this, &attempt] { return end_reshaped(attempt); }}};
}

Done Schema::end_reshaped(const Attempt& attempt) {
  const Two two = TRY(two_of(attempt));
  pg::Session& session = *TRY(server());
  if (TRY(reshaped(session, two.from, two.to)).empty()) return {};
  const std::vector<std::string> left = TRY(end_clients(session, two.to));
  if (!left.empty())
    log::warning("tables of {} have rows of another shape now, and our role may not end the sessions of {}",
                 name_, list(left));
  return {};
}

Done Schema::probe(const Identity& expected) {
  const std::string now = TRY(live());
  if (now != expected.id) return fail("live is {} after the switch to {}", now, expected.id);
  if (TRY(read_identity(*TRY(server()), name_)) == expected) return {};
  return fail("schema {} does not say that it is {}", name_, expected.id);
}

std::vector<EngineStep> Schema::retire(const Attempt& attempt) {
  if (attempt.from.empty()) return {};
  return {{"check_rows", [this] { return check_rows(); }}};
}

// The rows were looked at before the switch; the server's own word for it is had now.
Done Schema::check_rows() {
  return check_unchecked(*TRY(server()), name_);
}

Done Schema::freeze(const std::string& id) {
  const Made entry = TRY(made_of(id));
  if (entry.name == name_) return fail("snapshot {} is live and stays open", id);
  return close_schema(*TRY(TRY(registry())->session()), entry.oid);
}

Done Schema::unlink(const Attempt& attempt) {
  const Made entry = TRY(made_of(attempt.to));
  if (entry.name != name_) return {};
  pg::Session& session = *TRY(TRY(registry())->session());
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(session.script(fmt::format("alter schema {} rename to {}", pg::quoted(name_),
                                 pg::quoted(schema_of_snapshot(name_, attempt.to)))));
  TRY(close_schema(session, entry.oid));
  return transaction.commit();
}

}  // namespace slipway::swap
