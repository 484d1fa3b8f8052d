#include "daemon/ingest/upstream/reader.hpp"

#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

// Of one table: whoever loses more than that has a server or a network to be mended.
constexpr int losses_max = 20;

constexpr std::size_t header_bytes = 19;
constexpr std::string_view trailer = "\xFF\xFF";

}  // namespace

std::string_view row_of_message(std::string_view message, bool first, bool binary) {
  if (!binary) return message;
  if (first) message.remove_prefix(std::min(header_bytes, message.size()));
  return message == trailer ? std::string_view() : message;
}

struct UpstreamReader::Attempt {
  std::int64_t given = 0;  // to the sink, in all attempts
  bool ours = false;       // the sink ended it
};

Result<std::int64_t> UpstreamReader::read(std::size_t part, const Sink& sink) {
  Attempt attempt;
  while (true) {
    TRY(connect());
    const Result<long long> sent = read_once(part, sink, attempt);
    if (sent && *sent == attempt.given) return attempt.given;
    if (sent)
      return fail("source {}: {} sent {} rows, and {} of them arrived", table_.server->source().name,
                  table_.shown, *sent, attempt.given)
          .next("nothing was promoted; please report this with the job's log");
    if (attempt.ours) {
      (void)connection_->session().canceller().cancel();  // the sink's error says why
      connection_.reset();
      return sent.error();
    }
    TRY(recover(sent.error(), attempt.given));
  }
}

// The server's own count.
Result<long long> UpstreamReader::read_once(std::size_t part, const Sink& sink, Attempt& attempt) {
  const std::int64_t before = attempt.given;
  std::int64_t seen = 0;
  bool first = true;
  const auto take = [&](std::string_view message) -> Done {
    const std::string_view row = row_of_message(message, first, binary_);
    first = false;
    if (row.empty()) return {};
    if (++seen <= before) return {};
    ++attempt.given;
    Done taken = sink(row);
    attempt.ours = !taken;
    return taken;
  };
  const std::string options = fmt::format("(FORMAT {})", binary_ ? "binary" : "text");
  return connection_->session().copy_out(fmt::format("COPY ({}) TO STDOUT {}", table_.select(part), options),
                                         take);
}

Result<std::int64_t> UpstreamReader::count() {
  while (true) {
    TRY(connect());
    const Result<pg::Rows> counted = connection_->session().query(table_.count());
    if (counted) return std::int64_t{counted->number(0, 0)};
    TRY(recover(counted.error(), 0));
  }
}

Done UpstreamReader::connect() {
  for (int number = 2; !connection_; ++number) {
    Result<Connection> joined = table_.server->join(cancellation_);
    if (joined) {
      connection_.emplace(std::move(*joined));
      break;
    }
    if (cancellation_.requested()) return Error(Kind::cancelled, "the build was cancelled");
    if (!table_.server->holds()) {
      loss_ = Loss::snapshot;
      return std::move(joined).error();
    }
    if (number > upstream_tries || !may_come_back(joined.error())) return std::move(joined).error();
    TRY(pause_before_try(number, cancellation_));
  }
  return {};
}

// What can go on after that error; the error, explained, where nothing can.
Done UpstreamReader::recover(const Error& error, std::int64_t given) {
  connection_.reset();
  Error explained = table_.server->explain(error, "reading " + table_.shown);
  if (cancellation_.requested() || !pg::lost_connection(error.sqlstate()) || ++losses_ > losses_max)
    return explained;
  if (!table_.ordered && given > 0) {
    loss_ = table_.server->holds() ? Loss::order : Loss::snapshot;
    return explained;
  }
  observer_.line(explained.summary() + "; connecting again, under the same snapshot");
  return {};
}

}  // namespace slipway::ingest
