#include "swap/carry/carrier.hpp"

#include <algorithm>

#include "swap/carry/locks.hpp"

namespace slipway::swap::carry {
namespace {

constexpr long long few_keys = 1000;  // so many may be left for the hold
constexpr int rounds_max = 12;
constexpr long long hold_keys_max = 50'000;
constexpr long long hold_rows_max = 100'000;
// Indexes, and what is written before it is known how much it will be.
constexpr double room_factor = 1.2;

std::vector<const Table*> sides(const std::vector<Pair>& pairs, const Table Pair::*side) {
  std::vector<const Table*> tables;
  for (const Pair& pair : pairs) tables.push_back(&(pair.*side));
  return tables;
}

// Live was promoted once, and what was kept in case that failed must never come back.
Done clear_leftovers(pg::Connections& connections, const Order& order) {
  TRY(undo(connections, order.live, order.candidate));
  return tidy(connections, order.live.place);
}

Result<std::string> begin_snapshot(pg::Session& live) {
  TRY(live.script("begin isolation level repeatable read read only"));
  return TRY(live.query("select pg_current_snapshot()")).string(0, 0);
}

}  // namespace

Result<std::unique_ptr<Carrier>> Carrier::open(pg::Connections& connections, Order order) {
  TRY(clear_leftovers(connections, order));
  std::unique_ptr<Carrier> carrier(new Carrier(std::move(order)));
  const std::string name = known_as(carrier->order_.candidate);
  carrier->live_ = TRY(connect(connections, carrier->order_.live.place, name, patience));
  pg::Session candidate = TRY(connect(connections, carrier->order_.candidate.place, name, patience));
  TRY(carrier->compare_places(candidate));
  carrier->landing_ =
      std::make_unique<Landing>(std::move(candidate), carrier->match_.pairs, carrier->order_.live.id);
  return carrier;
}

Done Carrier::compare_places(pg::Session& candidate) {
  std::vector<Table> live = TRY(tables_of(*live_, order_.live.place, order_.patterns));
  TRY(count(*live_, live));
  match_ = TRY(match(order_.patterns, live,
                     TRY(tables_of(candidate, order_.candidate.place, order_.patterns)), order_.back));
  for (Pair& pair : match_.pairs) TRY(decide(candidate, pair));
  return guard_size();
}

Done Carrier::decide(pg::Session& candidate, Pair& pair) {
  Prospect prospect{pair.live.label, pair.how, pair.live.rows, pair.live.bytes, 0};
  if (pair.keyed) {
    const long long their_life = TRY(life(candidate, pair.candidate));
    // Rows of an attempt that nobody took back make what the log says worth nothing.
    if (!TRY(has_old_rows(candidate, pair.candidate)))
      pair.since = TRY(baseline(*live_, pair.live, order_.candidate.id, their_life));
    Changes found;
    if (!pair.since.empty()) found = TRY(changes(*live_, pair.live, pair.since));
    if (pair.since.empty() || found.unknown)
      pair.how = TRY(is_logged(*live_, pair.live)) ? How::ahead : pair.how;
    else
      pair.how = How::since;
    prospect.changed = found.keys;
  }
  if (order_.back && pair.how != How::since)
    match_.notes.push_back(
        fmt::format("table {} is copied as a whole: which of its rows changed since {} was live is not known",
                    pair.live.label, order_.candidate.id));
  prospect.how = pair.how;
  prospects_.push_back(prospect);
  return {};
}

Done Carrier::guard_size() const {
  double bytes = 0;
  long long inside = 0;
  for (const Pair& pair : match_.pairs) {
    if (pair.how != How::since)
      bytes += room_factor * static_cast<double>(pair.live.bytes + pair.candidate.bytes);
    if (pair.how == How::inside) inside += pair.live.rows;
  }
  if (order_.free_bytes && bytes > static_cast<double>(*order_.free_bytes))
    return error(Kind::refused, "carrying needs about {:.0f} MB, and {:.0f} MB are free", bytes / 1e6,
                 static_cast<double>(*order_.free_bytes) / 1e6)
        .next("Make room: swap prune");
  if (inside > hold_rows_max)
    return error(Kind::refused, "{} rows of small tables would be copied while everybody is held; at most {}",
                 inside, hold_rows_max)
        .next("Give the tables primary keys, or carry fewer.");
  return {};
}

Done Carrier::copy_ahead() {
  if (match_.pairs.empty()) return {};
  TRY(log_on_live());
  TRY(landing_->begin());
  TRY(copy_all());
  TRY(catch_up());
  TRY(landing_->check_references());
  return landing_->make_logs();
}

Done Carrier::log_on_live() {
  for (const Pair& pair : match_.pairs) {
    if (pair.how != How::ahead || TRY(is_logged(*live_, pair.live))) continue;
    TRY(ensure_schema(*live_));
    TRY(with_lock(*live_, "table " + pair.live.label,
                  [&] { return make_log(*live_, pair.live, Maker::attempt); }));
  }
  return {};
}

Done Carrier::copy_all() {
  const std::string now = TRY(begin_snapshot(*live_));
  for (Pair& pair : match_.pairs) {
    if (pair.how == How::since) {
      TRY(landing_->apply(*live_, pair, pair.since));
    } else {
      TRY(landing_->replace(*live_, pair));
      TRY(carry::compare(
          pair, TRY(checksum(*live_, pair, fmt::format("from {} t", pair.live.sql))),
          TRY(checksum(landing_->session(), pair, fmt::format("from {} t", pair.candidate.sql)))));
    }
    pair.since = now;
  }
  TRY(live_->script("commit"));
  return {};
}

Done Carrier::catch_up() {
  long long left = 0;
  for (int round = 0; round < rounds_max; ++round) {
    const std::string now = TRY(begin_snapshot(*live_));
    left = TRY(apply_changes());
    for (Pair& pair : match_.pairs) pair.since = now;
    TRY(live_->script("commit"));
    if (left < few_keys) return {};
  }
  return fail("users write faster than their rows can be carried: after {} rounds {} had changed again",
              rounds_max, left)
      .next("Try again when less is written.");
}

Result<long long> Carrier::apply_changes() {
  long long keys = 0;
  for (const Pair& pair : match_.pairs)
    if (pair.how != How::inside) keys += TRY(landing_->apply(*live_, pair, pair.since));
  return keys;
}

Done Carrier::hold_and_finish() {
  if (match_.pairs.empty()) return {};
  live_->limit(order_.hold_limit);
  landing_->session().limit(order_.hold_limit);
  TRY(landing_->enter_hold());
  TRY(lock_live());
  TRY(last_changes());
  return finish();
}

// Nobody writes until this session ends; and it ends by itself where the whole host of ours is gone.
Done Carrier::lock_live() {
  TRY(live_->script(fmt::format("set idle_in_transaction_session_timeout = {}",
                                (order_.hold_limit + Seconds(60)).count())));
  std::string sql;
  for (const Pair& pair : match_.pairs) sql += (sql.empty() ? "lock table " : ", ") + pair.live.sql;
  return begin_with_lock(*live_, "a carried table", sql + " in exclusive mode", order_.hold_limit / 2);
}

Done Carrier::last_changes() {
  long long keys = 0;
  for (const Pair& pair : match_.pairs)
    if (pair.how != How::inside) keys += TRY(changes(*live_, pair.live, pair.since)).keys;
  if (keys > hold_keys_max)
    return fail("{} rows changed in the last moment; at most {} are carried while everybody is held", keys,
                hold_keys_max)
        .next("Try again when less is written.");
  for (const Pair& pair : match_.pairs) {
    if (pair.how == How::inside)
      TRY(landing_->replace(*live_, pair));
    else
      TRY(landing_->apply(*live_, pair, pair.since));
  }
  return landing_->check_changed_references();
}

Done Carrier::finish() {
  std::vector<Sequence> theirs = TRY(sequences_of(*live_, sides(match_.pairs, &Pair::live)));
  std::vector<Sequence> own = TRY(sequences_of(landing_->session(), sides(match_.pairs, &Pair::candidate)));
  // In one database a default of the candidate may draw from live's own sequence, which nobody sets back.
  if (order_.live.place.conninfo == order_.candidate.place.conninfo)
    std::erase_if(own, [&](const Sequence& one) {
      return std::any_of(theirs.begin(), theirs.end(),
                         [&](const Sequence& other) { return other.oid == one.oid; });
    });
  std::map<long long, long long> lives;
  for (const Pair& pair : match_.pairs) lives[pair.live.oid] = TRY(life(*live_, pair.live));
  const std::map<std::string, Counts> counts = TRY(landing_->counts());
  for (const Pair& pair : match_.pairs)
    carried_.push_back({pair.live.label, pair.how, counts.at(pair.candidate.label)});
  TRY(landing_->commit(own));
  TRY(landing_->begin_logging(lives, set_like(match_.pairs, theirs, own)));
  landing_.reset();
  return {};
}

Result<std::vector<Prospect>> look_at_live(pg::Connections& connections, const Side& live,
                                           const std::vector<std::string>& patterns,
                                           const std::string& other) {
  pg::Session session = TRY(connect(connections, live.place, "slipway plan", patience));
  std::vector<Table> tables = TRY(tables_of(session, live.place, patterns));
  TRY(count(session, tables));
  std::vector<Prospect> found;
  for (const Table& table : tables) {
    Prospect one{table.label, table.small() ? How::inside : How::ahead, table.rows, table.bytes, 0};
    const std::string since = TRY(last_baseline(session, table, other));
    if (!since.empty()) {
      const Changes seen = TRY(changes(session, table, since));
      if (!seen.unknown) one.how = How::since;
      one.changed = seen.keys;
    }
    found.push_back(one);
  }
  return found;
}

}  // namespace slipway::swap::carry
