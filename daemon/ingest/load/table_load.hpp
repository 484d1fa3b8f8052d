// What the fast and the careful way of loading a table have in common: its plan, its sessions, its rejects,
// its counts.
#pragma once

#include <functional>

#include "daemon/ingest/columns/row_sum.hpp"
#include "daemon/ingest/load/load.hpp"
#include "daemon/ingest/load/rejects.hpp"

namespace slipway::ingest {

// Files full of rejects make no batches, and still must be stopped.
inline constexpr std::int64_t rejects_a_pause = 1000;

struct TableLoad {
  const Request& request;
  const TablePlan& plan;
  Observer& observer;
  Connection& connection;
  RowEncoder& encoder;
  Rejects& rejects;
  ServerSide& server;
  const RowSum& row_sum;
  std::int64_t read = 0;
  std::int64_t encoded = 0;                          // handed to the server
  Sum sum = 0;                                       // of those rows
  std::map<std::size_t, FileAccount> accounts = {};  // by file
  std::int64_t past_server = 0;                      // as TableReport has it
  std::vector<Segment> written = {};                 // where it is known which transactions wrote all rows
  bool keys_are_on = false;  // and a row that they refuse ends the load: it may be right, and the other wrong

  pg::Session& session() { return connection.session(); }
  // Counts the row and appends it to out, or rejects it. True if it was appended.
  Result<bool> take(std::size_t file, const Row& row, Out& out);
  // The same, and whoever sends the row adds it to the sums.
  Result<bool> take_unsummed(std::size_t file, const Row& row, Out& out);
  void add_sum(std::size_t file, Sum of_rows);
  // Takes back a row that take() appended: the server refused it, or no partition takes it.
  Done refuse(const Origin& origin, const Refusal& refusal, std::string_view row);
  // Between batches: reports progress, and stops where it was asked to, or where the rejects are too many.
  Done pause(std::int64_t bytes_read);
  // All from the beginning.
  Done start_over();
  // Goes on behind the parts that are complete already. Where reading begins.
  Result<ReadFrom> take_up();
  // What was loaded since `since`, for the ledger; in the transaction that loaded it. Of the files, those
  // that were read to their end have a count.
  struct Since {
    std::map<std::size_t, FileAccount> accounts;
    Sum sum = 0;
  };
  Done record(int number, const Since& since, const std::map<std::size_t, FileCount>& ended, bool last);
  // The whole table as one part.
  Done record_all(const std::vector<FileCount>& files);
  // It is known only later what of it stays.
  bool judged_later() const { return plan.config->duplicates == config::Duplicates::reject; }
  std::string copy_command(const std::string& table, bool freeze) const;
};

// TRUNCATE, then COPY with FREEZE, in one transaction; what is beyond the first part in transactions of its
// own. Any row that the server refuses ends it.
Result<std::vector<FileCount>> load_fast(TableLoad& load);
// The same for a partitioned table: each row straight into its leaf.
Result<std::vector<FileCount>> load_leaves(TableLoad& load);
// One transaction: a savepoint a batch; a batch that is refused is halved until the row is found.
Result<std::vector<FileCount>> load_carefully(TableLoad& load);
// The same beside rows that the table has already; `begins` is called in that transaction before the first
// row.
Result<std::vector<FileCount>> load_beside_rows(TableLoad& load,
                                                const std::function<Done(pg::Session&)>& begins);

// All that is around one of these: reads the plan's files, writes the rejects, judges them, keeps the
// account.
using Loader = std::function<Result<std::vector<FileCount>>(TableLoad&)>;
Result<LoadOutcome> load_by(const Request& request, const TablePlan& plan, Observer& observer,
                            Cancellation& cancellation, const Loader& loader);

}  // namespace slipway::ingest
