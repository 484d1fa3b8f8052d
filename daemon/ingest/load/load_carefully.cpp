// The careful way to load a table: batches under savepoints, halved down to the row that the server refuses.
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/load/load_changes.hpp"
#include "daemon/ingest/load/table_load.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t batch_rows_max = 10'000;

// Rows on their way, with where each of them came from.
struct Batch {
  struct Mark {
    std::size_t end;  // of the row, in bytes
    std::size_t file;
    std::int64_t line;
    std::int64_t offset;
    std::size_t raw_end;  // in raw
  };
  Out bytes;
  std::string raw;
  std::vector<Mark> marks;

  std::size_t begin_of(std::size_t row) const { return row == 0 ? 0 : marks[row - 1].end; }
  Origin origin_of(std::size_t row) const {
    const std::size_t from = row == 0 ? 0 : marks[row - 1].raw_end;
    const Mark& mark = marks[row];
    return {mark.file, mark.line, mark.offset, std::string_view(raw).substr(from, mark.raw_end - from)};
  }
  void clear() {
    bytes.clear();
    raw.clear();
    marks.clear();
  }
};

Done copy_rows(TableLoad& load, const Batch& batch, std::size_t from, std::size_t to) {
  const Wait wait(WaitsFor::server);
  pg::Session& session = load.session();
  TRY(session.copy_begin(load.copy_command(load.plan.table.quoted(), false)));
  const std::size_t begin = batch.begin_of(from);
  TRY(session.copy_send(load.encoder.header()));
  TRY(session.copy_send(batch.bytes.view().substr(begin, batch.marks[to - 1].end - begin)));
  TRY(session.copy_send(load.encoder.trailer()));
  const long long loaded = TRY(session.copy_end());
  if (loaded != static_cast<long long>(to - from))
    return fail("table {}: {} rows were sent, and PostgreSQL took {}", load.plan.table.name, to - from,
                loaded);
  return {};
}

Done send(TableLoad& load, const Batch& batch, std::size_t from, std::size_t to) {
  if (from == to) return {};
  TRY(load.connection.go_on());
  pg::Session& session = load.session();
  TRY(session.script("SAVEPOINT slipway_batch"));
  Done copied = copy_rows(load, batch, from, to);
  if (copied) {
    TRY(session.script("RELEASE SAVEPOINT slipway_batch"));
    return {};
  }
  if (!pg::blames_the_data(copied.error().sqlstate())) return copied;
  if (load.keys_are_on && is_key_violation(copied.error())) return copied;
  const std::string words = server_words(session);
  TRY(session.script("ROLLBACK TO SAVEPOINT slipway_batch; RELEASE SAVEPOINT slipway_batch"));
  if (to - from == 1) {
    const Origin origin = batch.origin_of(from);
    const std::size_t begin = batch.begin_of(from);
    return load.refuse(origin, {"", std::string(trimmed(origin.raw)), words},
                       batch.bytes.view().substr(begin, batch.marks[from].end - begin));
  }
  const std::size_t middle = from + (to - from) / 2;
  TRY(send(load, batch, from, middle));
  return send(load, batch, middle, to);
}

Done send_all(TableLoad& load, Batch& batch, std::int64_t bytes_read) {
  TRY(send(load, batch, 0, batch.marks.size()));
  batch.clear();
  return load.pause(bytes_read);
}

Result<std::vector<FileCount>> send_files(TableLoad& load) {
  Batch batch;
  std::int64_t bytes_read = 0;
  std::size_t current = ~std::size_t{0};
  std::vector<FileCount> files =
      TRY(read_rows(load.plan, [&](std::size_t file, const Row& row, std::int64_t bytes) -> Done {
        if (file != current) {
          // No transaction id has rows of two files: see reuse/.
          if (!batch.marks.empty()) TRY(send_all(load, batch, bytes_read));
          load.encoder.use_file(current = file);
        }
        bytes_read = bytes;
        const bool taken = TRY(load.take(file, row, batch.bytes));
        if (taken) {
          batch.raw += row.raw;
          batch.marks.push_back({batch.bytes.size(), file, row.line, row.offset, batch.raw.size()});
        }
        const bool full =
            batch.bytes.size() + batch.raw.size() >= 2 * batch_bytes || batch.marks.size() >= batch_rows_max;
        if (full) return send_all(load, batch, bytes);
        return !taken && load.rejects.count() % rejects_a_pause == 0 ? load.pause(bytes) : Done();
      }));
  TRY(send_all(load, batch, bytes_read));
  return files;
}

}  // namespace

Result<std::vector<FileCount>> load_carefully(TableLoad& load) {
  pg::Transaction transaction = TRY(load.connection.begin(load.request));
  TRY(load.session().script("TRUNCATE " + load.plan.table.alone()));
  std::vector<FileCount> files = TRY(send_files(load));
  if (!load.judged_later()) TRY(load.record_all(files));
  TRY(transaction.commit());
  TRY(load.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  return files;
}

Result<std::vector<FileCount>> load_beside_rows(TableLoad& load,
                                                const std::function<Done(pg::Session&)>& begins) {
  pg::Transaction transaction = TRY(load.connection.begin(load.request));
  TRY(begins(load.session()));
  std::vector<FileCount> files = TRY(send_files(load));
  TRY(transaction.commit());
  TRY(load.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  return files;
}

}  // namespace slipway::ingest
