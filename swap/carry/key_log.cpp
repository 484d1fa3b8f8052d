#include "swap/carry/key_log.hpp"

#include "base/pg/identifier.hpp"
#include "swap/carry/keys.hpp"
#include "swap/carry/names.hpp"

namespace slipway::swap::carry {
namespace {

constexpr std::string_view schema_sql = R"(
create schema if not exists slipway_carry;
revoke all on schema slipway_carry from public;
comment on schema slipway_carry is 'Which rows of carried tables changed. Written by Slipway.';
create table if not exists slipway_carry.logs (
  carried oid primary key, life bigint not null default 0, made_by_attempt boolean not null);
create table if not exists slipway_carry.baselines (
  carried oid, other text, other_life bigint not null, since pg_snapshot not null, primary key (carried, other));
create table if not exists slipway_carry.landed (
  carried oid primary key, wholly boolean not null, had_log boolean not null, old_life bigint not null,
  other text not null);
create table if not exists slipway_carry.old_sequences (
  sequence oid primary key, carried oid not null, last_value bigint not null, is_called boolean not null);
create table if not exists slipway_carry.unchecked (
  carried oid, relation oid, constraint_name text, primary key (relation, constraint_name));
)";

// $1: the table. Triggers of ours, and relations that should have them.
constexpr std::string_view triggers_sql = R"(
with tree as (select $1::oid as relid union select relid from pg_partition_tree($1::oid))
select (select count(*) from tree) * 4,
  (select count(*) from pg_trigger t join tree on tree.relid = t.tgrelid
    where t.tgname like 'slipway\_carry\_%' and t.tgenabled = 'A'
      and t.tgfoid = to_regproc('slipway_carry.log_' || $1)),
  (select coalesce(string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum), '')
    from pg_attribute where attrelid = to_regclass('slipway_carry.log_' || $1) and attname like 'key\_%'
      and not attisdropped)
)";

std::string logged_types(const Table& table) {
  std::string out;
  for (std::size_t n = 0; n < table.key.size(); ++n)
    out += fmt::format("{}key_{} {}", n ? ", " : "", n + 1, table.column(table.key[n].name)->type);
  return out;
}

// The keys that were, and the keys that are: an update may change them.
std::string function_sql(const Table& table) {
  return fmt::format(R"(
create function {0}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
begin
  if tg_op = 'INSERT' then insert into {0} ({1}) select {2} from new_rows;
  elsif tg_op = 'DELETE' then insert into {0} ({1}) select {2} from old_rows;
  elsif tg_op = 'UPDATE' then
    insert into {0} ({1}) select {2} from old_rows union select {2} from new_rows;
  else insert into {0} (op) values (case when tg_relid = {3} then 'T' else 'F' end);
  end if;
  return null;
end $body$;
revoke all on function {0}() from public;)",
                     log_of(table.oid), key_list(table), key_columns(table, As::themselves), table.oid);
}

std::string triggers_sql_for(const std::string& relation, long long table) {
  std::string sql;
  for (const auto& [event, seen] :
       {std::pair("insert", "referencing new table as new_rows"),
        std::pair("update", "referencing old table as old_rows new table as new_rows"),
        std::pair("delete", "referencing old table as old_rows"), std::pair("truncate", "")}) {
    sql += fmt::format(
        "create trigger {0}{1} after {1} on {2} {3} for each statement execute function {4}();\n"
        "alter table {2} enable always trigger {0}{1};\n",
        trigger_prefix, event, relation, seen, log_of(table));
  }
  return sql;
}

// With the log goes what it was good for.
std::string drop_sql(long long table_oid) {
  return fmt::format(
      "drop function if exists {0}() cascade; drop table if exists {0};"
      "delete from slipway_carry.baselines where carried = {1};\n",
      log_of(table_oid), table_oid);
}

std::string in_range(const Table& table, const std::string& since) {
  return fmt::format(
      "from {0} where xact >= pg_snapshot_xmin({1}::pg_snapshot) and not pg_visible_in_snapshot(xact, "
      "{1}::pg_snapshot)",
      log_of(table.oid), pg::literal(since));
}

}  // namespace

Result<bool> is_known(pg::Session& session) {
  return TRY(session.query("select to_regclass('slipway_carry.unchecked') is not null")).truth(0, 0);
}

Done ensure_schema(pg::Session& session) {
  if (TRY(is_known(session))) return {};
  Result<pg::Rows> made = session.script(schema_sql);
  if (made) return {};
  return fail("the schema {} for the logs of carried tables could not be made", schema)
      .because(std::move(made).error())
      .next("The role that Slipway connects as needs CREATE on the database.");
}

Done drop_schema_if_idle(pg::Session& session) {
  if (!TRY(is_known(session))) return {};
  const pg::Rows busy = TRY(session.query(
      "select exists (select from slipway_carry.logs) or exists (select from slipway_carry.landed) "
      "or exists (select from slipway_carry.unchecked)"));
  if (busy.truth(0, 0)) return {};
  TRY(session.script("drop schema slipway_carry cascade"));
  return {};
}

Result<bool> is_logged(pg::Session& session, const Table& table) {
  if (table.key.empty()) return false;
  const pg::Rows rows = TRY(session.query(triggers_sql, {std::to_string(table.oid)}));
  return rows.number(0, 0) == rows.number(0, 1) && rows.string(0, 2) == logged_types(table);
}

Done make_log(pg::Session& session, const Table& table, Maker maker) {
  std::string sql = fmt::format(
      "{4}create table {0} as select {1} from {2} with no data;\n"
      "alter table {0} add column n bigint generated always as identity, add column op \"char\",\n"
      "  add column xact xid8 not null default pg_current_xact_id();\n"
      "create index on {0} (xact);\n{3}\n",
      log_of(table.oid), key_columns(table, As::keys), table.sql, function_sql(table), drop_sql(table.oid));
  for (const std::string& relation : table.relations) sql += triggers_sql_for(relation, table.oid);
  sql += fmt::format(
      "insert into slipway_carry.logs (carried, made_by_attempt) values ({}, {}) "
      "on conflict (carried) do update set made_by_attempt = excluded.made_by_attempt",
      table.oid, maker == Maker::attempt);
  TRY(session.script(sql));
  return {};
}

std::string forget_old_rows_sql(long long table_oid) {
  return fmt::format(
      "drop table if exists {}, {}; delete from slipway_carry.landed where carried = {};"
      "delete from slipway_carry.old_sequences where carried = {};\n",
      before_of(table_oid), touched_of(table_oid), table_oid, table_oid);
}

Result<bool> has_old_rows(pg::Session& session, const Table& table) {
  if (!TRY(is_known(session))) return false;
  return !TRY(session.query("select from slipway_carry.landed where carried = $1",
                            {std::to_string(table.oid)}))
              .empty();
}

Done drop_log(pg::Session& session, long long table_oid) {
  TRY(session.script(drop_sql(table_oid) +
                     fmt::format("delete from slipway_carry.logs where carried = {}", table_oid)));
  return {};
}

Result<std::string> baseline(pg::Session& live, const Table& live_table, const std::string& other,
                             long long other_life) {
  if (!TRY(is_known(live))) return std::string();
  const pg::Rows rows = TRY(live.query(
      "select since from slipway_carry.baselines where carried = $1 and other = $2 and other_life = $3",
      {std::to_string(live_table.oid), other, std::to_string(other_life)}));
  if (rows.empty() || !TRY(is_logged(live, live_table))) return std::string();
  return rows.string(0, 0);
}

Result<std::string> last_baseline(pg::Session& live, const Table& live_table, const std::string& other) {
  if (!TRY(is_known(live))) return std::string();
  const pg::Rows rows =
      TRY(live.query("select other_life from slipway_carry.baselines where carried = $1 and other = $2",
                     {std::to_string(live_table.oid), other}));
  if (rows.empty()) return std::string();
  return baseline(live, live_table, other, rows.number(0, 0));
}

Result<long long> life(pg::Session& session, const Table& table) {
  if (!TRY(is_known(session))) return 0LL;
  const pg::Rows rows = TRY(
      session.query("select life from slipway_carry.logs where carried = $1", {std::to_string(table.oid)}));
  return rows.empty() ? 0LL : rows.number(0, 0);
}

std::string changed_sql(const Table& table, const std::string& since) {
  const std::string range = in_range(table, since);
  return fmt::format(
      "select distinct {0} {1} and op is null and n > coalesce((select max(n) {1} and op = 'T'), 0)",
      key_list(table), range);
}

Result<Changes> changes(pg::Session& session, const Table& table, const std::string& since) {
  const std::string range = in_range(table, since);
  const pg::Rows rows =
      TRY(session.query(fmt::format("select exists (select {0} and op = 'F'), exists (select {0} and op = "
                                    "'T'), (select count(*) from ({1}) k)",
                                    range, changed_sql(table, since))));
  return Changes{rows.truth(0, 0), rows.truth(0, 1), rows.number(0, 2)};
}

}  // namespace slipway::swap::carry
