#include "swap/carry/landing.hpp"

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "swap/carry/keys.hpp"
#include "swap/carry/names.hpp"

namespace slipway::swap::carry {

Done Landing::begin() {
  TRY(ensure_schema(session_));
  for (const Pair& pair : pairs_) had_log_[pair.candidate.oid] = TRY(is_logged(session_, pair.candidate));
  TRY(session_.script("begin"));
  aside_ = TRY(lay_aside(session_, candidates()));
  for (const Pair& pair : pairs_) {
    TRY(session_.script(forget_old_rows_sql(pair.candidate.oid)));
    const std::string life_now = std::to_string(TRY(life(session_, pair.candidate)));
    TRY(session_.query("insert into slipway_carry.landed values ($1, $2, $3, $4, $5)",
                       {std::to_string(pair.candidate.oid), pair.how == How::since ? "f" : "t",
                        had_log_[pair.candidate.oid] ? "t" : "f", life_now, other_}));
    if (pair.keyed)
      TRY(session_.script(fmt::format("create temp table {} as select {} from {} with no data",
                                      "round_" + std::to_string(pair.candidate.oid),
                                      key_columns(pair.candidate, As::keys), pair.candidate.sql)));
    TRY(pair.how == How::since ? keep_touched(pair) : keep_everything(pair));
  }
  return {};
}

Done Landing::keep_everything(const Pair& pair) {
  wholly_[pair.candidate.oid] = true;
  TRY(session_.script(
      fmt::format("create table {} as select * from {}", before_of(pair.candidate.oid), pair.candidate.sql)));
  return {};
}

Done Landing::keep_touched(const Pair& pair) {
  TRY(session_.script(fmt::format(
      "create table {} as select * from {} with no data; create table {} as table {} with no data",
      before_of(pair.candidate.oid), pair.candidate.sql, touched_of(pair.candidate.oid),
      round_of(pair.candidate.oid))));
  return {};
}

// Everything goes: so what was touched so far and what was not is kept as a whole.
Done Landing::clear(const Pair& pair) {
  const Table& table = pair.candidate;
  if (!wholly_[table.oid]) {
    TRY(session_.script(fmt::format(
        "insert into {} select t.* from {} t where not exists (select from {} k where {}); drop table {};"
        "update slipway_carry.landed set wholly = true where carried = {}",
        before_of(table.oid), table.sql, touched_of(table.oid), by_key(table, "t", "k"),
        touched_of(table.oid), table.oid)));
    wholly_[table.oid] = true;
  }
  if (in_hold_ && is_parent(pair))
    TRY(session_.script(fmt::format("insert into {} select * from {}", gone_of(table.oid), table.sql)));
  TRY(session_.script("truncate " + table.sql));
  rows_[table.oid] = 0;
  return {};
}

Result<long long> Landing::replace(pg::Session& live, const Pair& pair) {
  TRY(clear(pair));
  const std::string query =
      fmt::format("select {} from {} t", column_list(pair.columns, "t."), pair.live.sql);
  const long long rows =
      TRY(pump(live, query, session_, fmt::format("{} ({})", pair.candidate.sql, column_list(pair.columns)),
               pair.portable));
  rows_[pair.candidate.oid] = rows;
  if (!in_hold_) TRY(session_.script("analyze " + pair.candidate.sql));
  return rows;
}

// The rows of the round's keys, out of the candidate; kept where they are its own.
Done Landing::take_away(const Pair& pair) {
  const Table& table = pair.candidate;
  const std::string round = round_of(table.oid);
  if (!wholly_[table.oid])
    TRY(
        session_.script(fmt::format("with fresh as (insert into {0} select k.* from {1} k where not exists "
                                    "(select from {0} seen where {2}) returning *) insert into {3} select "
                                    "t.* from {4} t join fresh on {5}",
                                    touched_of(table.oid), round, same_key(table, "seen", "k"),
                                    before_of(table.oid), table.sql, by_key(table, "t", "fresh"))));
  const std::string taken =
      fmt::format("delete from {} t using {} k where {}", table.sql, round, by_key(table, "t", "k"));
  const pg::Rows done = TRY(
      session_.script(in_hold_ && is_parent(pair)
                          ? fmt::format("with taken as ({} returning t.*) insert into {} select * from taken",
                                        taken, gone_of(table.oid))
                          : taken));
  rows_[table.oid] -= done.affected();
  return {};
}

Result<long long> Landing::apply(pg::Session& live, const Pair& pair, const std::string& since) {
  const Table& table = pair.candidate;
  const Changes found = TRY(changes(live, pair.live, since));
  if (found.unknown)
    return fail("a partition of table {} was truncated meanwhile, which its key log cannot tell",
                pair.live.label)
        .next("Try again: then everything is copied.");
  if (found.truncated) TRY(clear(pair));
  TRY(session_.script("truncate " + round_of(table.oid)));
  if (found.keys == 0) return 0LL;
  const std::string keys = changed_sql(pair.live, since);
  TRY(pump(live, keys, session_, round_of(table.oid), false));
  TRY(session_.script("analyze " + round_of(table.oid)));
  TRY(take_away(pair));
  const std::string rows =
      fmt::format("from {} t join ({}) k on {}", pair.live.sql, keys, by_key(pair.live, "t", "k"));
  rows_[table.oid] +=
      TRY(pump(live, fmt::format("select {} {}", column_list(pair.columns, "t."), rows), session_,
               fmt::format("{} ({})", table.sql, column_list(pair.columns)), pair.portable));
  TRY(compare(pair, TRY(checksum(live, pair, rows)),
              TRY(checksum(session_, pair,
                           fmt::format("from {} t join {} k on {}", table.sql, round_of(table.oid),
                                       by_key(table, "t", "k"))))));
  return found.keys;
}

Done Landing::enter_hold() {
  in_hold_ = true;
  for (const Pair& pair : pairs_)
    if (is_parent(pair))
      TRY(session_.script(fmt::format("create temp table gone_{} as select * from {} with no data",
                                      pair.candidate.oid, pair.candidate.sql)));
  return {};
}

Done Landing::check_references() {
  for (const ForeignKey& key : aside_.keys)
    if (key.validated) TRY(refuse_orphans(session_, key));
  return {};
}

Done Landing::check_changed_references() {
  for (const ForeignKey& key : aside_.keys) {
    if (!key.validated) continue;
    const Pair* child = pair_of(key.child_oid);
    if (child && child->how == How::inside) {
      TRY(refuse_orphans(session_, key));
    } else if (child) {
      TRY(refuse_orphans(session_, key,
                         fmt::format(" and exists (select from {} k where {})",
                                     round_of(child->candidate.oid), by_key(child->candidate, "c", "k"))));
    }
    TRY(refuse_orphans_of(session_, key, gone_of(key.parent_oid)));
  }
  return {};
}

Done Landing::make_logs() {
  for (const Pair& pair : pairs_)
    if (!pair.candidate.key.empty() && !had_log_[pair.candidate.oid])
      TRY(make_log(session_, pair.candidate, Maker::promotion));
  return {};
}

Result<std::map<std::string, Counts>> Landing::counts() {
  std::map<std::string, Counts> found;
  for (const Pair& pair : pairs_) {
    Counts& of = found[pair.candidate.label];
    const Table& table = pair.candidate;
    if (wholly_[table.oid]) {
      of.rows = rows_[table.oid];
      continue;
    }
    const std::string first = pg::quoted(table.key.front().name);
    const pg::Rows rows = TRY(session_.query(
        fmt::format("select count(*) filter (where t.{0} is not null and b.{0} is null), count(*) filter "
                    "(where t.{0} is not null "
                    "and b.{0} is not null), count(*) filter (where t.{0} is null and b.{0} is not null) "
                    "from {1} k left join {2} t on {3} left join {4} b on {5}",
                    first, touched_of(table.oid), table.sql, by_key(table, "t", "k"), before_of(table.oid),
                    by_key(table, "b", "k"))));
    of = {0, rows.number(0, 0), rows.number(0, 1), rows.number(0, 2)};
  }
  return found;
}

Done Landing::commit(const std::vector<Sequence>& own_sequences) {
  TRY(note_sequences(session_, own_sequences));
  TRY(put_back(session_, aside_));
  for (const Pair& pair : pairs_)
    TRY(
        session_.query("update slipway_carry.logs set life = pg_current_xact_id()::text::bigint, "
                       "made_by_attempt = false where carried = $1",
                       {std::to_string(pair.candidate.oid)}));
  const pg::Rows outcome = TRY(session_.script("commit"));
  if (outcome.command() == "COMMIT") return {};
  return fail("the candidate's carried rows were not committed").sqlstate("25P02");
}

Done Landing::begin_logging(const std::map<long long, long long>& lives_of_live,
                            const std::string& sequences_sql) {
  std::string sql = sequences_sql;
  for (const Pair& pair : pairs_)
    if (pair.keyed)
      sql += fmt::format(
          "insert into slipway_carry.baselines values ({0}, {1}, {2}, pg_current_snapshot()) on conflict "
          "(carried, "
          "other) do update set other_life = excluded.other_life, since = excluded.since;\n",
          pair.candidate.oid, pg::literal(other_), lives_of_live.at(pair.live.oid));
  if (!sql.empty()) TRY(session_.script(sql));
  return {};
}

bool Landing::is_parent(const Pair& pair) const {
  return std::any_of(aside_.keys.begin(), aside_.keys.end(),
                     [&](const ForeignKey& key) { return key.parent_oid == pair.candidate.oid; });
}

const Pair* Landing::pair_of(long long candidate_oid) const {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [&](const Pair& pair) { return pair.candidate.oid == candidate_oid; });
  return found == pairs_.end() ? nullptr : &*found;
}

std::vector<const Table*> Landing::candidates() const {
  std::vector<const Table*> tables;
  for (const Pair& pair : pairs_) tables.push_back(&pair.candidate);
  return tables;
}

}  // namespace slipway::swap::carry
