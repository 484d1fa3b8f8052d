#include "swap/carry/shorten.hpp"

#include <algorithm>
#include <string>

#include "swap/carry/key_log.hpp"
#include "swap/carry/names.hpp"

namespace slipway::swap::carry {
namespace {

// Beside logs that an older version has made.
constexpr std::string_view table_sql = R"(
create table if not exists slipway_carry.shortened (
  carried oid primary key, upto bigint not null, kept bigint not null))";

// A log that was made anew begins to count anew.
constexpr std::string_view logs_sql = R"(
select l.carried::bigint, coalesce(pg_sequence_last_value(pg_get_serial_sequence('slipway_carry.log_' || l.carried, 'n')), 0),
  coalesce(s.upto, 0), coalesce(s.kept, 0),
  (select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
    where a.attrelid = to_regclass('slipway_carry.log_' || l.carried) and a.attname like 'key\_%' and not a.attisdropped)
from slipway_carry.logs l left join slipway_carry.shortened s on s.carried = l.carried
where to_regclass('slipway_carry.log_' || l.carried) is not null
order by l.carried)";

// key_1, key_2: of that relation.
std::string qualified(const std::string& keys, const std::string& with) {
  std::string out = with + ".";
  for (const char letter : keys) {
    out += letter;
    if (letter == ' ') out += with + ".";
  }
  return out;
}

// What a truncation, or a change that no key tells of, has noted stays.
std::string shorten_sql(long long carried, const std::string& keys) {
  return fmt::format(
      "with newest as (select {1}, max(n) as n from {0} where op is null group by {1}), "
      "gone as (delete from {0} log using newest where log.op is null and ({2}) = ({3}) and log.n < newest.n "
      "returning 1) select (select count(*) from gone), (select count(*) from newest)",
      log_of(carried), keys, qualified(keys, "log"), qualified(keys, "newest"));
}

}  // namespace

Result<std::int64_t> shorten_logs(pg::Session& session, std::int64_t least) {
  if (!TRY(is_known(session))) return 0;
  TRY(session.script(table_sql));
  std::int64_t removed = 0;
  const pg::Rows logs = TRY(session.query(logs_sql));
  for (int row = 0; row < logs.size(); ++row) {
    const std::int64_t last = logs.number(row, 1), upto = logs.number(row, 2), kept = logs.number(row, 3);
    const std::int64_t came = last >= upto ? last - upto : last;
    if (came == 0 || came < std::max(least, last >= upto ? kept : 0)) continue;
    const std::string keys = logs.string(row, 4);
    pg::Transaction transaction = TRY(pg::Transaction::begin(session));
    const pg::Rows gone = TRY(session.query(shorten_sql(logs.number(row, 0), keys)));
    TRY(session.query(
        "insert into slipway_carry.shortened values ($1, $2, $3) on conflict (carried) do update "
        "set upto = excluded.upto, kept = excluded.kept",
        {logs.string(row, 0), logs.string(row, 1), gone.string(0, 1)}));
    TRY(transaction.commit());
    removed += gone.number(0, 0);
  }
  return removed;
}

}  // namespace slipway::swap::carry
