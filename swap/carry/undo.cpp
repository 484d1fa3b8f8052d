#include "swap/carry/undo.hpp"

#include "base/pg/identifier.hpp"
#include "swap/carry/constraints.hpp"
#include "swap/carry/key_log.hpp"
#include "swap/carry/keys.hpp"
#include "swap/carry/locks.hpp"
#include "swap/carry/names.hpp"

namespace slipway::swap::carry {
namespace {

constexpr Seconds gone_limit{30};
const std::vector<std::string> all_tables = {"*"};

// The tables of that place which a query over our own tables names by their OID.
Result<std::vector<Table>> tables_in(pg::Session& session, const Place& place, const std::string& oids_sql,
                                     const std::vector<pg::Parameter>& parameters = {}) {
  const pg::Rows rows = TRY(session.query(oids_sql, parameters));
  std::vector<Table> found;
  if (rows.empty()) return found;
  for (Table& table : TRY(tables_of(session, place, all_tables)))
    for (int row = 0; row < rows.size(); ++row)
      if (rows.number(row, 0) == table.oid) found.push_back(std::move(table));
  return found;
}

std::vector<const Table*> pointers(const std::vector<Table>& tables) {
  std::vector<const Table*> out;
  for (const Table& table : tables) out.push_back(&table);
  return out;
}

std::string written_columns(const Table& table) {
  std::string out;
  for (const Column& column : table.columns)
    if (!column.generated) out += (out.empty() ? "" : ", ") + pg::quoted(column.name);
  return out;
}

// Its former rows in place of what the attempt put there.
Done restore(pg::Session& session, const Table& table, const std::string& other) {
  const pg::Rows how =
      TRY(session.query("select wholly, had_log, old_life from slipway_carry.landed where carried = $1",
                        {std::to_string(table.oid)}));
  const std::string columns = written_columns(table);
  std::string sql = how.truth(0, 0)
                        ? fmt::format("truncate {};", table.sql)
                        : fmt::format("delete from {} t using {} k where {}; drop table {};", table.sql,
                                      touched_of(table.oid), by_key(table, "t", "k"), touched_of(table.oid));
  sql += fmt::format("insert into {0} ({1}) overriding system value select {1} from {2}; drop table {2};\n",
                     table.sql, columns, before_of(table.oid));
  sql += fmt::format(
      "delete from slipway_carry.baselines where carried = {0} and other = {1};\n"
      "update slipway_carry.logs set life = {2} where carried = {0};\n"
      "select setval(s.sequence::regclass, s.last_value, s.is_called) from slipway_carry.old_sequences s "
      "join pg_class c on c.oid = s.sequence where s.carried = {0};\n"
      "delete from slipway_carry.old_sequences where carried = {0};\n"
      "delete from slipway_carry.landed where carried = {0}",
      table.oid, pg::literal(other), how.number(0, 2));
  TRY(session.script(sql));
  if (how.truth(0, 1)) return {};
  return drop_log(session, table.oid);
}

Done end_sessions(pg::Session& session, const std::string& name) {
  const Millis deadline = real_clock().steady() + gone_limit;
  while (true) {
    const pg::Rows left = TRY(session.query(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = $1 and datname = current_database() and pid <> pg_backend_pid()",
        {name}));
    if (left.empty()) return {};
    if (real_clock().steady() > deadline)
      return fail("{} session(s) of an earlier attempt to carry do not end", left.size());
    real_clock().sleep(Millis(50));
  }
}

Done drop_old_rows(pg::Session& session, const std::vector<Table>& tables) {
  for (const Table& table : tables) TRY(session.script(forget_old_rows_sql(table.oid)));
  return {};
}

}  // namespace

std::string known_as(const Side& candidate) {
  return fmt::format("slipway carry {} {}", candidate.id, candidate.place.schema.substr(0, 24));
}

Done undo_candidate(pg::Connections& connections, const Side& candidate, const std::string& live_id) {
  pg::Session session = TRY(connect(connections, candidate.place, "slipway undo", patience));
  TRY(end_sessions(session, known_as(candidate)));
  if (!TRY(is_known(session))) return {};
  const std::vector<Table> landed = TRY(tables_in(
      session, candidate.place, "select carried from slipway_carry.landed where other = $1", {live_id}));
  if (!landed.empty()) {
    pg::Transaction all = TRY(pg::Transaction::begin(session));
    const LaidAside aside = TRY(lay_aside(session, pointers(landed)));
    for (const Table& table : landed) TRY(restore(session, table, live_id));
    TRY(put_back(session, aside));
    TRY(all.commit());
  }
  const std::vector<Table> unchecked =
      TRY(tables_in(session, candidate.place, "select carried from slipway_carry.unchecked"));
  TRY(check_put_back(session, pointers(unchecked)));
  return drop_schema_if_idle(session);
}

Done undo_live(pg::Connections& connections, const Side& live) {
  pg::Session session = TRY(connect(connections, live.place, "slipway undo", patience));
  if (!TRY(is_known(session))) return {};
  for (const Table& table :
       TRY(tables_in(session, live.place, "select carried from slipway_carry.logs where made_by_attempt")))
    TRY(with_lock(session, "the triggers of table " + table.label,
                  [&] { return drop_log(session, table.oid); }));
  return drop_schema_if_idle(session);
}

Done undo(pg::Connections& connections, const Side& live, const Side& candidate) {
  {
    pg::Session session = TRY(connect(connections, live.place, "slipway undo", patience));
    TRY(end_sessions(session, known_as(candidate)));
  }
  TRY(undo_candidate(connections, candidate, live.id));
  return undo_live(connections, live);
}

Done tidy(pg::Connections& connections, const Place& promoted) {
  pg::Session session = TRY(connect(connections, promoted, "slipway tidy", patience));
  if (!TRY(is_known(session))) return {};
  const std::vector<Table> unchecked =
      TRY(tables_in(session, promoted, "select carried from slipway_carry.unchecked"));
  TRY(check_put_back(session, pointers(unchecked)));
  const std::vector<Table> landed =
      TRY(tables_in(session, promoted, "select carried from slipway_carry.landed"));
  for (const Table& table : landed) TRY(session.script("analyze " + table.sql));
  return drop_old_rows(session, landed);
}

Done forget(pg::Connections& connections, const Place& place) {
  pg::Session session = TRY(connect(connections, place, "slipway forget", patience));
  if (!TRY(is_known(session))) return {};
  TRY(drop_old_rows(session, TRY(tables_in(session, place, "select carried from slipway_carry.landed"))));
  for (const Table& table : TRY(tables_in(session, place, "select carried from slipway_carry.logs")))
    TRY(drop_log(session, table.oid));
  return drop_schema_if_idle(session);
}

}  // namespace slipway::swap::carry
