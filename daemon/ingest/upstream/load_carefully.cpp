// The careful way to load a table from an upstream: by text, in batches under savepoints, halved down to the
// row that the server refuses.
#include <fstream>

#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/load/rejects.hpp"
#include "daemon/ingest/text.hpp"
#include "daemon/ingest/upstream/load.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t batch_rows_max = 10'000;
constexpr std::size_t rejects_named = 3;

class CarefulLoad {
 public:
  explicit CarefulLoad(UpstreamLoad& load) : load_(load) {}

  Result<UpstreamRows> run() {
    const Shift shift;
    pg::Transaction transaction = TRY(load_.into.begin(load_.request));
    TRY(session().script("TRUNCATE " + load_.plan.table.alone()));
    UpstreamReader reader(load_.from(), false, load_.cancellation, load_.observer);
    Done read = read_parts(reader);
    load_.note(reader.loss());
    TRY(std::move(read));
    TRY(send(0, ends_.size()));
    TRY(judge());
    rows_.loaded = rows_.read - rejected_;
    rows_.summed = false;
    rows_.wants_vacuum = true;
    TRY(transaction.commit());
    rows_.times = shift.times();
    return std::move(rows_);
  }

 private:
  pg::Session& session() { return load_.into.session(); }

  Done read_parts(UpstreamReader& reader) {
    const auto take = [&](std::string_view row) -> Done {
      ++rows_.read;
      rows_.bytes += std::ssize(row);
      rows_.digest.add(row);
      batch_ += row;
      ends_.push_back(batch_.size());
      return batch_.size() < 2 * batch_bytes && ends_.size() < batch_rows_max ? Done() : send_batch();
    };
    for (std::size_t part = 0; part < load_.from().part_count(); ++part) TRY(reader.read(part, take));
    return {};
  }

  Done send_batch() {
    TRY(send(0, ends_.size()));
    batch_.clear();
    ends_.clear();
    load_.observer.progress({load_.plan.table.name, rows_.read - rejected_, rejected_, rows_.bytes, 0});
    TRY(load_.into.go_on());
    return too_many_already(load_.request.pipeline.rejects, rejected_) ? judge() : Done();
  }

  std::size_t begin_of(std::size_t row) const { return row == 0 ? 0 : ends_[row - 1]; }

  Done send(std::size_t from, std::size_t to) {
    if (from == to) return {};
    TRY(load_.into.go_on());
    TRY(session().script("SAVEPOINT slipway_batch"));
    Done copied = copy(from, to);
    if (copied) {
      TRY(session().script("RELEASE SAVEPOINT slipway_batch"));
      return {};
    }
    if (!pg::blames_the_data(copied.error().sqlstate())) return copied;
    const std::string words = server_words(session());
    TRY(session().script("ROLLBACK TO SAVEPOINT slipway_batch; RELEASE SAVEPOINT slipway_batch"));
    if (to - from == 1) return reject(from, words);
    const std::size_t middle = from + (to - from) / 2;
    TRY(send(from, middle));
    return send(middle, to);
  }

  Done copy(std::size_t from, std::size_t to) {
    const Wait wait(WaitsFor::server);
    TRY(session().copy_begin(load_.copy_in(false, false)));
    TRY(session().copy_send(std::string_view(batch_).substr(begin_of(from), ends_[to - 1] - begin_of(from))));
    const long long loaded = TRY(session().copy_end());
    if (loaded == static_cast<long long>(to - from)) return {};
    return fail("table {}: {} rows were sent, and PostgreSQL took {}", load_.plan.table.name, to - from,
                loaded);
  }

  // As COPY has it, with a header that names the columns; beside it why.
  Done reject(std::size_t which, const std::string& why) {
    if (!rows_file_.is_open()) TRY(open_files());
    const std::string_view row =
        std::string_view(batch_).substr(begin_of(which), ends_[which] - begin_of(which));
    const std::int64_t number = rows_.read - std::ssize(ends_) + static_cast<std::int64_t>(which) + 1;
    rows_file_ << row << std::flush;
    log_file_ << fmt::format("{{\"file\":{},\"row\":{},\"value\":{},\"reason\":{}}}\n",
                             json_string(load_.from().shown), number, json_string(shown_long(trimmed(row))),
                             json_string(shown_long(why)))
              << std::flush;
    if (!rows_file_ || !log_file_) return errno_error("cannot write " + rows_.reject_files.front());
    if (first_.size() < rejects_named) first_.push_back(fmt::format("row {}: {}", number, shown_long(why)));
    ++rejected_;
    return {};
  }

  Done open_files() {
    const Path folder = load_.request.reject_folder;
    TRY(real_files().make_folders(folder));
    const Path rows = folder / (load_.plan.table.name + ".upstream.rejects.tsv");
    const Path log = folder / (load_.plan.table.name + ".upstream.rejects.log");
    rows_.reject_files = {rows.string(), log.string()};
    rows_file_.open(rows, std::ios::binary | std::ios::trunc);
    log_file_.open(log, std::ios::binary | std::ios::trunc);
    if (!rows_file_ || !log_file_) return errno_error("cannot write " + rows.string());
    std::string header;
    for (const std::string& name : load_.from().columns) header += (header.empty() ? "" : "\t") + name;
    rows_file_ << header << '\n';
    return {};
  }

  Done judge() const {
    if (!too_many(load_.request.pipeline.rejects, rejected_, rows_.read)) return {};
    std::string text =
        fmt::format("table {}: {} of {} rows read so far from {} were rejected, more than `rejects` allows",
                    load_.plan.table.name, rejected_, rows_.read, load_.from().shown);
    for (const std::string& one : first_) text += "\n    " + one;
    return Error(Kind::refused, std::move(text))
        .next(fmt::format(
            "every reject is explained in {}; mend the upstream, leave the rows out with `where`, or "
            "raise `rejects`",
            rows_.reject_files.back()));
  }

  UpstreamLoad& load_;
  UpstreamRows rows_;
  std::string batch_;
  std::vector<std::size_t> ends_;  // of its rows
  std::int64_t rejected_ = 0;
  std::vector<std::string> first_;
  std::ofstream rows_file_;
  std::ofstream log_file_;
};

}  // namespace

Result<UpstreamRows> load_upstream_carefully(UpstreamLoad& load) {
  return CarefulLoad(load).run();
}

}  // namespace slipway::ingest
