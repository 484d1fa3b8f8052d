// The log of keys: statement triggers on a table that users write note the primary key of every row that
// changes. It belongs to the snapshot that the table is in, and outlives renames of its schema and database.
//
// What is in the log is read by transaction, not by number: numbers are given before a transaction commits,
// and one that commits late would be overlooked.
#pragma once

#include <optional>
#include <string>

#include "base/pg/session.hpp"
#include "swap/carry/tables.hpp"

namespace slipway::swap::carry {

// Whether there is a schema of ours.
Result<bool> is_known(pg::Session& session);
// It and its tables, committed, so that later transactions need not wait for one another.
Done ensure_schema(pg::Session& session);
// Takes the schema away where nothing in it is in use any more.
Done drop_schema_if_idle(pg::Session& session);

// Whether every trigger is in its place, on every partition, and the key is still the one that is logged.
Result<bool> is_logged(pg::Session& session, const Table& table);
// An attempt may make one on live, which an abort takes away again.
enum class Maker { attempt, promotion };
// In the transaction of the caller. The triggers' locks wait no longer than its lock_timeout.
Done make_log(pg::Session& session, const Table& table, Maker maker);
// What an attempt kept of a candidate's table, in case it had to be taken back.
std::string forget_old_rows_sql(long long table_oid);
Result<bool> has_old_rows(pg::Session& session, const Table& table);
Done drop_log(pg::Session& session, long long table_oid);

// From when on live's log holds every change against the other snapshot; empty: it does not.
Result<std::string> baseline(pg::Session& live, const Table& live_table, const std::string& other,
                             long long other_life);
// The same without a look at the other place.
Result<std::string> last_baseline(pg::Session& live, const Table& live_table, const std::string& other);
// Which of its times as live a table is in or has left last; 0: no log has known it live.
Result<long long> life(pg::Session& session, const Table& table);

// The rows of a query over the log: which keys changed since `since`, each once, columns key_1….
std::string changed_sql(const Table& table, const std::string& since);

struct Changes {
  bool unknown = false;    // something changed that the log cannot tell: only a full copy helps
  bool truncated = false;  // everything that was there before went; the keys are those that came since
  long long keys = 0;
};
Result<Changes> changes(pg::Session& session, const Table& table, const std::string& since);

}  // namespace slipway::swap::carry
