// The fast way to load a table: parsed on this thread, and from another one sent by COPY or written into the
// table's files; a large table in parts, each of them in the ledger in the transaction that loads it.
#include "daemon/ingest/heap/heap_table.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/load/table_load.hpp"

namespace slipway::ingest {
namespace {

class FastLoad {
 public:
  explicit FastLoad(TableLoad& load) : load_(load) {}

  Result<std::vector<FileCount>> run() {
    const ReadFrom from = TRY(load_.take_up());
    heap_ = TRY(HeapTable::find(load_.request, load_.plan, load_.session()));
    if (heap_ && order_matters()) heap_->keep_order();
    if (!load_.plan.before.empty()) number_ = load_.plan.before.back().number;
    Result<std::vector<FileCount>> files = stream_rows(from);
    if (files) return files;
    stream_.reset();  // before anybody else uses its session
    if (heap_) heap_->give_up();
    if (copying_) (void)load_.session().copy_abort("the load stops");  // the error that led here says more
    return files;
  }
  bool wants_vacuum() const { return number_ > 1 || (heap_ && !heap_->vacuumed()); }

 private:
  Result<std::vector<FileCount>> stream_rows(const ReadFrom& from) {
    TRY(begin_part());
    file_ = ~std::size_t{0};
    std::vector<FileCount> files = TRY(read_rows(
        load_.plan,
        [&](std::size_t file, const Row& row, std::int64_t bytes) -> Done {
          if (file != file_) TRY(begin_file(file));
          return take(file, row, bytes);
        },
        from,
        [this](std::size_t file, const FileCount& count) {
          load_.accounts[file];  // one without rows as well
          ended_[file] = count;
        }));
    TRY(load_.pause(bytes_read_));
    TRY(end_part(true));
    return files;
  }

  Done begin_file(std::size_t file) {
    const bool sends = batch_.size() > 0;
    TRY(send_batch());
    if (sends) TRY(load_.pause(bytes_read_));
    load_.encoder.use_file(file_ = file);
    return (sends && part_is_full()) || begins_a_part(file) ? next_part() : Done();
  }

  Done take(std::size_t file, const Row& row, std::int64_t bytes) {
    if (bytes_at_begin_ < 0) bytes_at_begin_ = bytes;
    const bool taken = TRY(load_.take_unsummed(file, row, batch_));
    bytes_read_ = bytes;
    if (batch_.size() >= batch_bytes) {
      TRY(send_batch());
      TRY(load_.pause(bytes));
      return part_is_full() ? next_part() : Done();
    }
    return !taken && load_.rejects.count() % rejects_a_pause == 0 ? load_.pause(bytes) : Done();
  }

  // A batch has rows of one file.
  Done send_batch() { return batch_.size() == 0 ? Done() : stream_->send(batch_, file_); }

  // On the stream's thread, which has the sums until it ends: parsing is work enough for the other one.
  Done send_on(std::size_t file, std::string_view rows) {
    sums_[file] += load_.row_sum.of_all(rows);
    return heap_ ? heap_->add(rows) : load_.session().copy_send(rows);
  }

  bool part_is_full() const {
    return !load_.judged_later() && bytes_read_ - bytes_at_begin_ >= load_.request.part_bytes;
  }

  // Whether it is asked later where a row lies.
  bool order_matters() const {
    return load_.judged_later() || (load_.request.notes_inputs && load_.plan.files.size() > 1);
  }

  // Of all rows or of none.
  bool notes_segments() const {
    return load_.request.notes_inputs && !load_.judged_later() && load_.plan.before.empty();
  }

  // The rows of the first part lie in the order of the files. Of later ones they need not, so that no
  // transaction id may have rows of two files: see reuse/.
  bool begins_a_part(std::size_t file) const {
    if (!load_.request.notes_inputs || number_ == 1) return false;
    const auto before = load_.accounts.find(file);
    return load_.encoded > encoded_before_ && (before == load_.accounts.end() || before->second.read == 0);
  }

  Done next_part() {
    TRY(end_part(false));
    return begin_part();
  }

  // Only the first part can be written frozen: nobody else sees the table that it empties.
  Done begin_part() {
    ++number_;
    bytes_at_begin_ = number_ == 1 ? 0 : bytes_read_ > 0 ? bytes_read_ : -1;
    since_ = {load_.accounts, load_.sum};
    encoded_before_ = load_.encoded;
    ended_.clear();
    transaction_.emplace(TRY(load_.connection.begin(load_.request)));
    const bool first = number_ == 1;
    if (first) {
      TRY(forget_parts(load_.request, load_.session(), load_.plan.table.name));
      TRY(load_.session().script("TRUNCATE " + load_.plan.table.alone()));
    }
    batch_.clear();
    batch_.reserve(batch_bytes);
    if (heap_) {
      TRY(first ? heap_->begin_frozen(load_.session())
                : heap_->begin_beside_rows(load_.session(), load_.server.connection().session()));
    } else {
      TRY(load_.session().copy_begin(load_.copy_command(load_.plan.table.quoted(), first)));
      copying_ = true;
      TRY(load_.session().copy_send(load_.encoder.header()));
    }
    stream_ = std::make_unique<CopyStream>(
        [this](std::size_t file, std::string_view rows) { return send_on(file, rows); },
        heap_ ? WaitsFor::own_thread : WaitsFor::server);
    return {};
  }

  // How many rows the table has got.
  Result<std::int64_t> end_rows() {
    TRY(send_batch());
    TRY(stream_->finish());
    for (const auto& [file, sum] : sums_) load_.add_sum(file, sum);
    sums_.clear();
    const Wait wait(WaitsFor::server);
    if (!heap_) {
      TRY(load_.session().copy_send(load_.encoder.trailer()));
      copying_ = false;
      return std::int64_t{TRY(load_.session().copy_end())};
    }
    TRY(heap_->finish());
    load_.past_server += heap_->rows() - heap_->copied();
    return heap_->rows();
  }

  Done end_part(bool last) {
    const std::int64_t loaded = TRY(end_rows());
    const Wait wait(WaitsFor::server);
    const std::int64_t sent = load_.encoded - encoded_before_;
    if (loaded != sent)
      return fail("table {}: {} rows were sent, and PostgreSQL took {}", load_.plan.table.name, sent, loaded);
    if (!load_.judged_later()) TRY(load_.record(number_, since_, ended_, last));
    if (notes_segments() && sent > 0) {
      const pg::Rows xid = TRY(load_.session().query("SELECT pg_current_xact_id()::xid"));
      load_.written.push_back({static_cast<std::uint32_t>(xid.number(0, 0)), sent, "", "", true});
    }
    Done committed = transaction_->commit();
    transaction_.reset();
    return committed;
  }

  TableLoad& load_;
  std::optional<pg::Transaction> transaction_;
  std::unique_ptr<HeapTable> heap_;  // none: its rows go to the server
  std::unique_ptr<CopyStream> stream_;
  bool copying_ = false;
  Out batch_;
  std::size_t file_ = 0;             // whose rows it has
  std::map<std::size_t, Sum> sums_;  // of this part, by file
  int number_ = 0;
  TableLoad::Since since_;
  std::map<std::size_t, FileCount> ended_;  // in this part
  std::int64_t encoded_before_ = 0;
  std::int64_t bytes_at_begin_ = 0;  // below zero: not known yet
  std::int64_t bytes_read_ = 0;
};

}  // namespace

Result<std::vector<FileCount>> load_fast(TableLoad& load) {
  FastLoad fast(load);
  std::vector<FileCount> files = TRY(fast.run());
  if (fast.wants_vacuum()) TRY(load.session().script("VACUUM (FREEZE) " + load.plan.table.quoted()));
  return files;
}

}  // namespace slipway::ingest
