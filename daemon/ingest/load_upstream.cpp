#include "daemon/ingest/load_upstream.hpp"

#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/copy_stream.hpp"
#include "daemon/ingest/digest.hpp"
#include "daemon/ingest/upstream.hpp"

namespace slipway::ingest {
namespace {

class UpstreamLoad {
 public:
  UpstreamLoad(const Request& request, const TablePlan& plan, Observer& observer, Connection& into,
               Connection& from)
      : request_(request), plan_(plan), observer_(observer), into_(into), from_(from) {}

  // One transaction: TRUNCATE, then COPY with FREEZE. A partitioned table takes no FREEZE through its parent.
  Result<LoadOutcome> run() {
    const Millis start = real_clock().steady();
    if (plan_.table.partitioned)
      observer_.line(fmt::format(
          "table {} is loaded through its parent, which is slower: its rows come from an upstream",
          plan_.table.name));
    pg::Transaction transaction = TRY(into_.begin(request_));
    TRY(into_.session().script("TRUNCATE " + plan_.table.alone()));
    TRY(into_.session().copy_begin(copy_in()));
    const Result<long long> read = stream();
    if (!read) {
      (void)into_.session().copy_abort("the load stops");  // the error that led here says more
      return read.error();
    }
    const Result<long long> loaded = into_.session().copy_end();
    if (!loaded) return refused(loaded.error());
    if (*loaded != *read)
      return fail("table {}: {} sent {} rows, and PostgreSQL took {}", plan_.table.name,
                  plan_.upstream->shown, *read, *loaded)
          .next("nothing was promoted; please report this with the job's log");
    TRY(transaction.commit());
    if (plan_.table.partitioned) TRY(into_.session().script("VACUUM (FREEZE) " + plan_.table.quoted()));
    observer_.progress({plan_.table.name, *loaded, 0, bytes_, 0});
    LoadOutcome outcome;
    outcome.report.read = *read;
    outcome.report.loaded = *loaded;
    outcome.report.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
    outcome.upstream_digest = digest_.hex();
    outcome.sum = sum_;
    return outcome;
  }

 private:
  // The first error stands. A failed reading leaves its session in the middle of a COPY, of no more use.
  Result<long long> stream() {
    std::optional<Error> refusal;
    CopyStream stream([&](std::size_t, std::string_view batch) -> Done {
      Done sent = into_.session().copy_send(batch);
      if (!sent) refusal = refused(sent.error());
      return sent;
    });
    Out batch;
    batch.reserve(batch_bytes);
    bool ours = false;  // the error came from this side
    const auto send = [&]() -> Done {
      Done sent = stream.send(batch);
      if (sent) sent = go_on();
      ours = !sent;
      return sent;
    };
    const auto take = [&](std::string_view message) -> Done {
      ++messages_;
      bytes_ += std::ssize(message);
      batch.reserve(message.size());
      batch.bytes(message);
      digest_.add(message);
      sum_ += sum_of(message);
      return batch.size() < batch_bytes ? Done() : send();
    };
    Result<long long> read = from_.session().copy_out(copy_out(), take);
    if (!read && !ours)
      return plan_.upstream->server->explain(std::move(read).error(), "reading " + plan_.upstream->shown);
    if (read && batch.size() > 0)
      if (Done sent = send(); !sent) read = std::move(sent).error();
    Done finished = stream.finish();
    if (!read || !finished) {
      (void)from_.session().canceller().cancel();
      if (refusal) return *refusal;
      return read ? Result<long long>(std::move(finished).error()) : read;
    }
    return read;
  }

  // COPY's header comes with the first row, its trailer alone.
  Sum sum_of(std::string_view message) const {
    constexpr std::size_t header_bytes = 19;
    constexpr std::size_t trailer_bytes = 2;
    if (messages_ == 1) message.remove_prefix(std::min(plan_.binary ? header_bytes : 0, message.size()));
    return message.size() <= trailer_bytes ? 0 : row_sum_.of(message);
  }

  Done go_on() {
    // A message is a row, apart from the end of a binary COPY.
    observer_.progress({plan_.table.name, messages_, 0, bytes_, 0});
    return into_.go_on();
  }

  Error refused(const Error& error) const {
    if (!pg::blames_the_data(error.sqlstate())) return error;
    return fail("table {} refused a row of {}", plan_.table.name, plan_.upstream->shown)
        .because(error)
        .next(
            "mend the row in the upstream, leave it out with `where`, or change what the schema files "
            "demand; "
            "rows of a postgres source are loaded all or none, never rejected one by one");
  }

  std::string options(bool freeze) const {
    return fmt::format("(FORMAT {}{})", plan_.binary ? "binary" : "text", freeze ? ", FREEZE" : "");
  }
  std::string copy_in() const {
    std::string columns;
    for (const std::string& name : plan_.upstream->columns)
      columns += (columns.empty() ? "" : ", ") + pg::quoted(name);
    return fmt::format("COPY {} ({}) FROM STDIN {}", plan_.table.quoted(), columns,
                       options(!plan_.table.partitioned));
  }
  std::string copy_out() const {
    return fmt::format("COPY ({}) TO STDOUT {}", plan_.upstream->select, options(false));
  }

  const Request& request_;
  const TablePlan& plan_;
  Observer& observer_;
  Connection& into_;
  Connection& from_;
  const RowSum row_sum_ = row_sum_of(plan_);
  Digest digest_;
  Sum sum_ = 0;
  std::int64_t messages_ = 0;
  std::int64_t bytes_ = 0;
};

}  // namespace

Result<LoadOutcome> load_upstream(const Request& request, const TablePlan& plan, Observer& observer,
                                  Cancellation& cancellation) {
  Connection into = TRY(Connection::open(request, cancellation));
  Connection from = TRY(plan.upstream->server->join(cancellation));
  Result<LoadOutcome> outcome = UpstreamLoad(request, plan, observer, into, from).run();
  if (!outcome) return into.explain(std::move(outcome).error());
  return outcome;
}

}  // namespace slipway::ingest
