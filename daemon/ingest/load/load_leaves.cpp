// The fast way to load a partitioned table: each row goes straight into its leaf, which is empty before and
// so takes COPY with FREEZE. What cannot be told goes through the parent, without FREEZE.
#include <algorithm>

#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/load/router.hpp"
#include "daemon/ingest/load/table_load.hpp"

namespace slipway::ingest {
namespace {

// Of all leaves' batches together.
constexpr std::size_t waiting_bytes_max = 32 << 20;

class LeafLoad {
 public:
  LeafLoad(TableLoad& load, Router router)
      : load_(load),
        router_(std::move(router)),
        batches_(router_.tables().size()),
        full_bytes_(std::min(batch_bytes, waiting_bytes_max / batches_.size())) {}

  Result<std::vector<FileCount>> run() {
    CopyStream stream([this](std::size_t to, std::string_view rows) { return copy(to, rows); });
    std::int64_t bytes_read = 0;
    std::size_t current = ~std::size_t{0};
    std::vector<FileCount> files =
        TRY(read_rows(load_.plan, [&](std::size_t file, const Row& row, std::int64_t bytes) -> Done {
          if (file != current) load_.encoder.use_file(current = file);
          bytes_read = bytes;
          return take(stream, file, row, bytes);
        }));
    for (std::size_t to = 0; to < batches_.size(); ++to)
      if (batches_[to].size() > 0) TRY(stream.send(batches_[to], to));
    TRY(stream.finish());
    TRY(load_.pause(bytes_read));
    return files;
  }
  std::int64_t loaded() const { return loaded_; }
  bool used_parent() const { return used_parent_; }
  bool gave_up() const { return router_.gave_up(); }

 private:
  Done take(CopyStream& stream, std::size_t file, const Row& row, std::int64_t bytes) {
    one_.clear();
    int place = Router::nowhere;
    if (TRY(load_.take(file, row, one_))) {
      place = TRY(router_.place_of(load_.encoder.noted()));
      if (place == Router::nowhere) TRY(refuse(file, row));
    }
    if (place == Router::nowhere)
      return load_.rejects.count() % rejects_a_pause == 0 ? load_.pause(bytes) : Done();
    const std::size_t to = static_cast<std::size_t>(place);
    Out& batch = batches_[to];
    batch.reserve(one_.size());
    batch.bytes(one_.view());
    if (batch.size() < full_bytes_) return {};
    TRY(stream.send(batch, to));
    return load_.pause(bytes);
  }

  Done refuse(std::size_t file, const Row& row) {
    return load_.refuse(
        {file, row.line, row.offset, row.raw},
        {"", router_.told(load_.encoder.noted()),
         fmt::format("table {} has no partition for the row's partition key", load_.plan.table.name)},
        one_.view());
  }

  // On the stream's thread: one whole COPY.
  Done copy(std::size_t to, std::string_view rows) {
    const bool parent = static_cast<int>(to) == router_.parent();
    used_parent_ = used_parent_ || parent;
    pg::Session& session = load_.session();
    TRY(session.copy_begin(load_.copy_command(router_.tables()[to], !parent)));
    TRY(session.copy_send(load_.encoder.header()));
    TRY(session.copy_send(rows));
    TRY(session.copy_send(load_.encoder.trailer()));
    loaded_ += TRY(session.copy_end());
    return {};
  }

  TableLoad& load_;
  Router router_;
  std::vector<Out> batches_;  // as the router's tables
  std::size_t full_bytes_;
  Out one_;
  std::int64_t loaded_ = 0;  // these two belong to the stream's thread until it ends
  bool used_parent_ = false;
};

// All leaves, but not the parent: it stays unlocked for the questions that the router asks meanwhile.
std::string truncate(const Leaves& leaves) {
  std::string tables;
  for (const Leaf& leaf : leaves.leaves) tables += (tables.empty() ? "" : ", ") + leaf.table;
  return "TRUNCATE " + tables;
}

}  // namespace

Result<std::vector<FileCount>> load_leaves(TableLoad& load) {
  const std::string& name = load.plan.table.name;
  Leaves leaves = TRY(find_leaves(load.server.connection().session(), load.plan));
  if (!leaves.why_not.empty())
    load.observer.line(
        fmt::format("table {} is loaded through its parent, which is slower: {}", name, leaves.why_not));
  load.encoder.note(leaves.keys);
  const std::string empty_it =
      leaves.keys.empty() ? "TRUNCATE " + load.plan.table.quoted() : truncate(leaves);
  LeafLoad leaf_load(load, TRY(Router::make(std::move(leaves), load.plan, load.server.connection())));
  pg::Transaction transaction = TRY(load.connection.begin(load.request));
  TRY(load.session().script(empty_it));
  std::vector<FileCount> files = TRY(leaf_load.run());
  if (leaf_load.loaded() != load.encoded)
    return fail("table {}: {} rows were sent, and PostgreSQL took {}", name, load.encoded,
                leaf_load.loaded());
  if (!load.judged_later()) TRY(load.record_all(files));
  TRY(transaction.commit());
  if (leaf_load.gave_up())
    load.observer.line(fmt::format(
        "table {}: its partition keys have too many values to ask about each; the rest went through the "
        "parent, which is slower",
        name));
  if (leaf_load.used_parent()) TRY(load.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  return files;
}

}  // namespace slipway::ingest
