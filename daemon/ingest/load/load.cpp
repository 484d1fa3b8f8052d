// Loading a table: the fast way, the careful way where that fails, and the account of every row.
#include "daemon/ingest/load/load.hpp"

#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/load/duplicates.hpp"
#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/load/table_load.hpp"
#include "daemon/ingest/upstream/load.hpp"

namespace slipway::ingest {
namespace {

// Every row is either with the server or among the rejects; whatever else it would be is a fault of ours.
// What the table really holds is counted at the very end.
Done account(const TableLoad& load, const std::vector<FileCount>& files) {
  std::int64_t in_files = 0;
  bool agree = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    in_files += files[i].rows;
    const auto found = load.accounts.find(i);
    const FileAccount one = found == load.accounts.end() ? FileAccount{} : found->second;
    agree = agree && files[i].rows == one.read && one.read == one.loaded + one.rejected;
  }
  if (agree && in_files == load.read && load.read == load.encoded + load.rejects.count()) return {};
  return fail("table {}: the counts do not agree: {} rows in the files, {} read, {} rejected, {} loaded",
              load.plan.table.name, in_files, load.read, load.rejects.count(), load.encoded)
      .next("nothing was promoted; please report this with the job's log");
}

std::int64_t rows_of(const std::vector<LedgerPart>& parts) {
  std::int64_t rows = 0;
  for (const LedgerPart& part : parts)
    for (const FilePart& file : part.files) rows += file.loaded;
  return rows;
}

// All of it was loaded before; only its VACUUM may have been missed.
Result<LoadOutcome> taken_up(const Request& request, const TablePlan& plan, Cancellation& cancellation) {
  LoadOutcome outcome;
  outcome.files.resize(plan.files.size());
  outcome.report.files.resize(plan.files.size());
  for (std::size_t i = 0; i < plan.files.size(); ++i)
    outcome.report.files[i].file = plan.files[i].input.shown;
  for (const LedgerPart& part : plan.before) {
    outcome.sum += part.sum;
    for (const FilePart& one : part.files) {
      FileAccount& account = outcome.report.files[one.file];
      account.read += one.read;
      account.loaded += one.loaded;
      account.rejected += one.rejected;
      account.checksum += one.sum;
      outcome.report.read += one.read;
      outcome.report.loaded += one.loaded;
      outcome.report.rejected += one.rejected;
      outcome.files[one.file].rows += one.read;
      if (!one.digest.empty()) outcome.files[one.file].digest = one.digest;
    }
  }
  outcome.report.taken_up = outcome.report.loaded;
  Connection connection = TRY(Connection::open(request, cancellation));
  TRY(connection.session().script("VACUUM (FREEZE) " + plan.table.quoted()));
  return outcome;
}

Result<std::vector<FileCount>> load_somehow(TableLoad& load) {
  Result<std::vector<FileCount>> fast = load.plan.table.partitioned ? load_leaves(load) : load_fast(load);
  if (fast || fast.error().kind() != Kind::failed || !pg::blames_the_data(fast.error().sqlstate()))
    return fast;
  load.observer.line(
      fmt::format("table {}: PostgreSQL refused a row, so it is loaded again batch by batch: {}",
                  load.plan.table.name, fast.error().summary()));
  TRY(load.start_over());
  return load_carefully(load);
}

}  // namespace

Result<bool> TableLoad::take(std::size_t file, const Row& row, Out& out) {
  const std::size_t before = out.size();
  if (!TRY(take_unsummed(file, row, out))) return false;
  add_sum(file, row_sum.of(out.view().substr(before)));
  return true;
}

void TableLoad::add_sum(std::size_t file, Sum of_rows) {
  accounts[file].checksum += of_rows;
  sum += of_rows;
}

Result<bool> TableLoad::take_unsummed(std::size_t file, const Row& row, Out& out) {
  FileAccount& account = accounts[file];
  ++read;
  ++account.read;
  if (TRY(encoder.encode(row, out))) {
    ++encoded;
    ++account.loaded;
    return true;
  }
  ++account.rejected;
  TRY(rejects.add({file, row.line, row.offset, row.raw}, encoder.refusal()));
  return false;
}

Done TableLoad::refuse(const Origin& origin, const Refusal& refusal, std::string_view row) {
  FileAccount& account = accounts[origin.file];
  const Sum of_row = row_sum.of(row);
  --encoded;
  --account.loaded;
  ++account.rejected;
  account.checksum -= of_row;
  sum -= of_row;
  return rejects.add(origin, refusal);
}

Result<ReadFrom> TableLoad::take_up() {
  ReadFrom from;
  std::map<std::size_t, FilePart> last;
  for (const LedgerPart& part : plan.before) {
    sum += part.sum;
    for (const FilePart& one : part.files) {
      FileAccount& account = accounts[one.file];
      account.read += one.read;
      account.loaded += one.loaded;
      account.rejected += one.rejected;
      account.checksum += one.sum;
      read += one.read;
      encoded += one.loaded;
      last[one.file] = one;
    }
  }
  for (const auto& [file, one] : last) {
    TRY(rejects.go_on(file, accounts[file].rejected, one.reject_bytes, one.log_bytes));
    if (one.digest.empty())
      from.rows = accounts[file].read;
    else
      from.files.push_back({accounts[file].read, one.digest});
  }
  return from;
}

Done TableLoad::record(int number, const Since& since, const std::map<std::size_t, FileCount>& ended,
                       bool last) {
  LedgerPart part{number, {}, sum - since.sum, last};
  TRY(rejects.flush());
  for (const auto& [file, now] : accounts) {
    const auto before = since.accounts.find(file);
    const FileAccount then = before == since.accounts.end() ? FileAccount{} : before->second;
    const auto end = ended.find(file);
    if (now.read == then.read && end == ended.end()) continue;
    const Input& input = plan.files[file].input;
    FilePart one{file, input.path.string(), input.bytes, input.mtime_ns};
    one.read = now.read - then.read;
    one.loaded = now.loaded - then.loaded;
    one.rejected = now.rejected - then.rejected;
    one.sum = now.checksum - then.checksum;
    if (end != ended.end()) one.digest = end->second.digest;
    const auto [rows_bytes, log_bytes] = TRY(rejects.lengths(file));
    one.reject_bytes = rows_bytes;
    one.log_bytes = log_bytes;
    part.files.push_back(std::move(one));
  }
  return write_part(request, session(), plan.table.name, part);
}

Done TableLoad::record_all(const std::vector<FileCount>& files) {
  TRY(forget_parts(request, session(), plan.table.name));
  std::map<std::size_t, FileCount> ended;
  for (std::size_t i = 0; i < files.size(); ++i) {
    ended[i] = files[i];
    accounts[i];  // one without rows as well
  }
  return record(1, {}, ended, true);
}

Done TableLoad::start_over() {
  read = encoded = past_server = 0;
  sum = 0;
  accounts.clear();
  written.clear();
  return rejects.start_over();
}

Done TableLoad::pause(std::int64_t bytes_read) {
  observer.progress({plan.table.name, encoded, rejects.count(), bytes_read, plan.bytes_total});
  TRY(connection.go_on());
  if (!rejects.over_already()) return {};
  TRY(rejects.finish());
  return rejects.judge(read);
}

std::string TableLoad::copy_command(const std::string& table, bool freeze) const {
  return fmt::format("COPY {} ({}) FROM STDIN {}", table, plan.copy_columns(), encoder.copy_options(freeze));
}

Result<LoadOutcome> load_by(const Request& request, const TablePlan& plan, Observer& observer,
                            Cancellation& cancellation, const Loader& loader) {
  const Millis start = real_clock().steady();
  const Shift shift;
  Connection connection = TRY(Connection::open(request, cancellation));
  Connection side = TRY(Connection::open(request, cancellation));
  TRY(side.become_owner(request));  // defaults and domains call functions that the schema files made
  ServerSide server(std::move(side));
  RowEncoder encoder = TRY(RowEncoder::make(plan, server));
  Rejects rejects(plan, request.reject_folder, request.pipeline.rejects);
  const RowSum row_sum = row_sum_of(plan);
  TableLoad load{request, plan, observer, connection, encoder, rejects, server, row_sum};
  Result<std::vector<FileCount>> files = loader(load);
  TRY(rejects.finish());
  if (!files) return connection.explain(std::move(files).error());
  TRY(rejects.judge(load.read));
  TRY(account(load, *files));
  LoadOutcome outcome;
  outcome.report.read = load.read;
  outcome.report.loaded = load.encoded;
  outcome.report.rejected = rejects.count();
  outcome.report.taken_up = rows_of(plan.before);
  outcome.report.past_server = load.past_server;
  outcome.report.reject_files = rejects.files();
  outcome.report.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
  for (std::size_t file = 0; file < plan.files.size(); ++file) {
    outcome.report.files.push_back(load.accounts[file]);
    outcome.report.files.back().file = plan.files[file].input.shown;
  }
  outcome.report.times = shift.times();
  outcome.report.bytes = plan.bytes_total;
  outcome.files = std::move(*files);
  outcome.sum = load.sum;
  outcome.written = std::move(load.written);
  return outcome;
}

Result<LoadOutcome> load_table(const Request& request, const TablePlan& plan,
                               const std::vector<Part>& indexes, Observer& observer,
                               Cancellation& cancellation) {
  if (plan.upstream) return load_upstream(request, plan, observer, cancellation);
  if (complete(plan.before)) return taken_up(request, plan, cancellation);
  return load_by(request, plan, observer, cancellation,
                 [&](TableLoad& load) -> Result<std::vector<FileCount>> {
                   std::vector<FileCount> files = TRY(load_somehow(load));
                   if (plan.config->duplicates == config::Duplicates::reject)
                     TRY(reject_duplicates(load, indexes, files));
                   return files;
                 });
}

}  // namespace slipway::ingest
