// The fast way to load a table from an upstream: parts are read side by side and go into one COPY, or into
// the table's files.
#include <atomic>
#include <mutex>
#include <thread>

#include "daemon/ingest/columns/row_encoder.hpp"
#include "daemon/ingest/heap/heap_table.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/upstream/load.hpp"

namespace slipway::ingest {
namespace {

class FastLoad {
 public:
  explicit FastLoad(UpstreamLoad& load) : load_(load) {}

  Result<UpstreamRows> run() {
    pg::Session& session = load_.into.session();
    heap_ = TRY(HeapTable::find(load_.request, load_.plan, session));
    pg::Transaction transaction = TRY(load_.into.begin(load_.request));
    TRY(session.script("TRUNCATE " + load_.plan.table.alone()));
    TRY(heap_ ? write_pages(session) : copy(session));
    if (rows_.loaded != rows_.read)
      return fail("table {}: {} sent {} rows, and PostgreSQL took {}", load_.plan.table.name,
                  load_.from().shown, rows_.read, rows_.loaded)
          .next("nothing was promoted; please report this with the job's log");
    TRY(check_count());
    TRY(transaction.commit());
    return rows_;
  }

 private:
  // A partitioned table takes no FREEZE through its parent.
  Done copy(pg::Session& session) {
    rows_.wants_vacuum = load_.plan.table.partitioned;
    TRY(session.copy_begin(load_.copy_in(load_.plan.binary, !load_.plan.table.partitioned)));
    Done streamed = stream();
    if (!streamed) {
      (void)session.copy_abort("the load stops");  // the error that led here says more
      return streamed;
    }
    const Shift shift;
    {
      const Wait wait(WaitsFor::server);
      rows_.loaded = TRY(session.copy_end());
    }
    rows_.times.add(shift.times());
    return {};
  }

  Done write_pages(pg::Session& session) {
    TRY(heap_->begin_frozen(session));
    Done written = stream();
    if (written) written = heap_->finish();
    if (!written) heap_->give_up();
    TRY(std::move(written));
    rows_.loaded = heap_->rows();
    rows_.past_server = heap_->rows() - heap_->copied();
    rows_.wants_vacuum = !heap_->vacuumed();
    return {};
  }

  // The server's refusal says more than what it made the readers say.
  Done stream() {
    std::optional<Error> refusal;
    CopyStream stream(
        [&](std::size_t, std::string_view batch) -> Done {
          Done sent = heap_ ? heap_->add(batch) : load_.into.session().copy_send(batch);
          if (!sent) refusal = sent.error();
          return sent;
        },
        heap_ ? WaitsFor::own_thread : WaitsFor::server);
    Done sent = send_mark(stream, copy_binary_header);
    if (sent) sent = read_all(stream);
    if (sent) sent = send_mark(stream, copy_binary_trailer);
    Done finished = stream.finish();
    if (refusal) return *refusal;
    TRY(std::move(sent));
    return finished;
  }

  Done send_mark(CopyStream& stream, std::string_view mark) const {
    if (!load_.plan.binary || heap_) return {};
    Out batch;
    batch.reserve(mark.size());
    batch.bytes(mark);
    return stream.send(batch);
  }

  Done read_all(CopyStream& stream) {
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < std::min(load_.from().readers, load_.from().part_count()); ++i)
      others.emplace_back([&] { read_parts(stream); });
    read_parts(stream);
    for (std::thread& other : others) other.join();
    if (failure_) return *failure_;
    return {};
  }

  // One part after another, as long as there are any that nobody reads.
  void read_parts(CopyStream& stream) {
    const Shift shift;
    UpstreamReader reader(load_.from(), load_.plan.binary, load_.cancellation, load_.observer);
    Out batch;
    batch.reserve(batch_bytes);
    UpstreamRows rows;
    const auto send = [&]() -> Done {
      if (batch.size() == 0) return {};
      TRY(stream.send(batch));
      return add_up(rows);
    };
    const auto take = [&](std::string_view row) -> Done {
      ++rows.read;
      rows.bytes += std::ssize(row);
      rows.digest.add(row);
      rows.sum += row_sum_.of(row);
      batch.reserve(row.size());
      batch.bytes(row);
      return batch.size() < batch_bytes ? Done() : send();
    };
    const std::size_t parts = load_.from().part_count();
    for (std::size_t part = next_++; part < parts; part = next_++)
      if (Result<std::int64_t> read = reader.read(part, take); !read)
        return fail_with(std::move(read).error(), reader.loss());
    if (Done sent = send(); !sent) fail_with(std::move(sent).error(), reader.loss());
    const std::lock_guard lock(mutex_);
    rows_.times.add(shift.times());
  }

  // Moves them to those of all readers.
  Done add_up(UpstreamRows& rows) {
    const std::lock_guard lock(mutex_);
    rows_.read += rows.read;
    rows_.bytes += rows.bytes;
    rows_.digest.add(rows.digest);
    rows_.sum += rows.sum;
    rows = {};
    load_.observer.progress({load_.plan.table.name, rows_.read, 0, rows_.bytes, 0});
    if (failure_) return *failure_;
    return load_.into.go_on();
  }

  void fail_with(Error error, UpstreamReader::Loss loss) {
    const std::lock_guard lock(mutex_);
    next_ = load_.from().part_count();
    load_.note(loss);
    if (!failure_) failure_ = std::move(error);
  }

  // That the parts cover every row, and none twice, is the one thing that their own counts do not prove.
  Done check_count() {
    if (load_.from().parts.empty()) return {};
    UpstreamReader reader(load_.from(), false, load_.cancellation, load_.observer);
    const Result<std::int64_t> counted = reader.count();
    load_.note(reader.loss());
    if (!counted) return counted.error();
    if (*counted == rows_.read) return {};
    return fail("table {}: {} has {} rows, and its {} parts gave {}", load_.plan.table.name,
                load_.from().shown, *counted, load_.from().parts.size(), rows_.read)
        .next(
            "a `where` that answers otherwise each time does that; else please report this with the job's "
            "log");
  }

  UpstreamLoad& load_;
  std::unique_ptr<HeapTable> heap_;  // none: its rows go to the server
  const RowSum row_sum_ = row_sum_of(load_.plan);
  std::atomic<std::size_t> next_ = 0;  // part
  std::mutex mutex_;                   // of the next
  std::optional<Error> failure_;
  UpstreamRows rows_;
};

}  // namespace

Result<UpstreamRows> load_upstream_fast(UpstreamLoad& load) {
  return FastLoad(load).run();
}

}  // namespace slipway::ingest
