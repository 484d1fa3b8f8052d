// The switch of two schemas. ALTER SCHEMA … RENAME waits for nobody and is seen in the middle of other
// transactions: so first every table is locked, in bounded attempts, and only then the names change.
#include <algorithm>
#include <array>
#include <random>

#include "base/pg/identifier.hpp"
#include "swap/schema/in_the_way.hpp"
#include "swap/schema/rebind.hpp"
#include "swap/schema/rights.hpp"
#include "swap/schema/schema.hpp"

namespace slipway::swap {
namespace {

// Whoever reads waits as long as an attempt waits; so attempts are short, with as much time between them.
constexpr int shortest_attempt_ms = 100;
constexpr int longest_attempt_ms = 500;
constexpr Millis shortest_statement{100};
constexpr Millis long_transaction{500};
constexpr Millis look_again{50};
constexpr Millis patience{5000};

bool lost_to_others(const Error& error) {
  constexpr std::array states{"55P03", "40P01", "57014"};  // lock_timeout, a deadlock, statement_timeout
  return std::find(states.begin(), states.end(), error.sqlstate()) != states.end();
}

// Below the server's deadlock_timeout: two that wait for each other end by ours.
Result<Millis> lock_limit(pg::Session& session) {
  const pg::Rows rows =
      TRY(session.query("select setting::int from pg_settings where name = 'deadlock_timeout'"));
  const int most =
      std::clamp(static_cast<int>(rows.number(0, 0) * 8 / 10), shortest_attempt_ms, longest_attempt_ms);
  static std::mt19937 random{std::random_device()()};
  return Millis(std::uniform_int_distribution<int>(shortest_attempt_ms, most)(random));
}

Done run_all(pg::Session& session, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) TRY(session.script(statement));
  return {};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text.empty() ? "queries that come and go" : text;
}

}  // namespace

Done Schema::flip(const Attempt& attempt, const Journal& switched) {
  const Two two = TRY(two_of(attempt));
  const Millis forced_after = seams_.clock.steady() + patience;
  std::string holders;
  while (left_of(attempt) > Millis(0)) {
    const std::vector<std::string> long_ones = TRY(lock_holders(*TRY(server()), two.pair, long_transaction));
    if (!long_ones.empty()) holders = joined(long_ones);
    if (!long_ones.empty() && seams_.clock.steady() < forced_after) {
      seams_.clock.sleep(look_again);
      continue;
    }
    const Millis limit = TRY(lock_limit(*TRY(server())));
    Done done =
        TRY(registry())
            ->switch_with(attempt.token, switched, std::max(left_of(attempt), shortest_statement),
                          [&](pg::Session& session) { return switch_in(session, attempt, two, limit); });
    if (done || !lost_to_others(done.error())) return done;
    holders = joined(TRY(lock_holders(*TRY(server()), two.pair, Millis(0))));
    seams_.clock.sleep(limit);
  }
  return fail("the tables of schema {} could not be locked within the deadline; in the way: {}", name_,
              holders)
      .next("Let them end, or promote with the clients quiesced (`quiesce`), or with a longer `deadline`.");
}

// Everything that is to be written is read while the old names stand.
Done Schema::switch_in(pg::Session& session, const Attempt& attempt, const Two& two, Millis lock_limit) {
  const std::optional<SchemaEntry> now = TRY(find_schema(session, name_));
  const std::optional<SchemaEntry> to = TRY(find_schema(session, two.to));
  if (!to) return fail("the schema of snapshot {} is gone", attempt.to);
  if ((now ? now->oid : 0) != two.from)
    return fail("schema {} is not snapshot {} any more", name_, attempt.from).next("See: swap status");
  TRY(session.script(
      fmt::format("set local lock_timeout = {}; set local search_path to ''", lock_limit.count())));
  TRY(run_all(session, TRY(locking(session, two.pair, TRY(read_dependents(session, two.pair))))));
  const RebindPlan plan = TRY(rebind_plan(session, two.pair, target_.carry));
  TRY(refusal_of(plan));
  if (const auto old = TRY(old_snapshots(session, to->name)); !old.empty())
    return fail("transactions that are older than snapshot {} would see its tables empty: {}", attempt.to,
                joined(old));
  const Rebinding rebinding = TRY(read_rebinding(session, plan.rebind));
  const std::vector<std::string> open = TRY(opening(session, two.to, two.from, name_));
  TRY(run_all(session, TRY(missing_grants(session, two.to, two.from))));
  TRY(run_all(session, rebinding.before));
  if (now)
    TRY(session.script(fmt::format("alter schema {} rename to {}", pg::quoted(name_),
                                   pg::quoted(schema_of_snapshot(name_, attempt.from)))));
  TRY(session.script(fmt::format("alter schema {} rename to {}", pg::quoted(to->name), pg::quoted(name_))));
  TRY(run_all(session, rebinding.after));
  TRY(run_all(session, open));
  if (now) TRY(close_schema(session, two.from));
  return remember_unchecked(session, name_, rebinding.unchecked);
}

}  // namespace slipway::swap
