// The fast way to load a table: one COPY, parsed on this thread and sent from another.
#include "daemon/ingest/copy_stream.hpp"
#include "daemon/ingest/table_load.hpp"

namespace slipway::ingest {
namespace {

// The first error stands; the COPY is ended in any case, so that the session can roll back.
Result<std::vector<FileCount>> stream_rows(TableLoad& load) {
  CopyStream stream([&](std::size_t, std::string_view batch) { return load.session().copy_send(batch); });
  Out batch;
  batch.reserve(batch_bytes);
  batch.bytes(load.encoder.header());
  std::int64_t bytes_read = 0;
  std::size_t current = ~std::size_t{0};
  std::vector<FileCount> files =
      TRY(read_rows(load.plan, [&](std::size_t file, const Row& row, std::int64_t bytes) -> Done {
        if (file != current) load.encoder.use_file(current = file);
        const bool taken = TRY(load.take(file, row, batch));
        bytes_read = bytes;
        if (batch.size() >= batch_bytes) {
          TRY(stream.send(batch));
          return load.pause(bytes);
        }
        return !taken && load.rejects.count() % rejects_a_pause == 0 ? load.pause(bytes) : Done();
      }));
  TRY(load.pause(bytes_read));
  batch.reserve(load.encoder.trailer().size());
  batch.bytes(load.encoder.trailer());
  TRY(stream.send(batch));
  TRY(stream.finish());
  return files;
}

}  // namespace

Result<std::vector<FileCount>> load_fast(TableLoad& load) {
  pg::Transaction transaction = TRY(load.connection.begin(load.request));
  TRY(load.session().script("TRUNCATE " + load.plan.table.alone()));
  TRY(load.session().copy_begin(load.copy_command(load.plan.table.quoted(), true)));
  Result<std::vector<FileCount>> files = stream_rows(load);
  if (!files) {
    (void)load.session().copy_abort("the load stops");  // whatever it says, the error that led here says more
    return files;
  }
  const ServerWait wait;
  const std::int64_t loaded = TRY(load.session().copy_end());
  if (loaded != load.encoded)
    return fail("table {}: {} rows were sent, and PostgreSQL took {}", load.plan.table.name, load.encoded,
                loaded);
  TRY(transaction.commit());
  return files;
}

}  // namespace slipway::ingest
