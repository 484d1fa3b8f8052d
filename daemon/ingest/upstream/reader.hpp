// Reads one table of an upstream, part by part, each row once: a lost connection is made anew under the same
// snapshot, and what was handed on already is passed over.
#pragma once

#include <functional>
#include <optional>

#include "daemon/ingest/plan.hpp"
#include "daemon/ingest/upstream/upstream.hpp"

namespace slipway::ingest {

class UpstreamReader {
 public:
  // What a failure leaves to be done.
  enum class Loss {
    none,     // nothing: it is the error that it is
    order,    // the same rows would come in another order: the table begins anew
    snapshot  // the server knows the snapshot no more: so do all tables of that source
  };
  // One row as COPY has it, without header and trailer.
  using Sink = std::function<Done(std::string_view row)>;

  UpstreamReader(const UpstreamTable& table, bool binary, Cancellation& cancellation, Observer& observer)
      : table_(table), binary_(binary), cancellation_(cancellation), observer_(observer) {}

  // How many rows went to the sink, whose own error ends it all.
  Result<std::int64_t> read(std::size_t part, const Sink& sink);
  // As the server counts them, under the same snapshot.
  Result<std::int64_t> count();

  Loss loss() const { return loss_; }
  Millis waited() const { return waited_; }  // for the server to send

 private:
  struct Attempt;
  Done connect();
  Done recover(const Error& error, std::int64_t given);
  Result<long long> read_once(std::size_t part, const Sink& sink, Attempt& attempt);

  const UpstreamTable& table_;
  const bool binary_;
  Cancellation& cancellation_;
  Observer& observer_;
  std::optional<Connection> connection_;
  Loss loss_ = Loss::none;
  int losses_ = 0;
  Millis waited_{0};
};

// The first message of a binary COPY begins with a header, its last is no row.
std::string_view row_of_message(std::string_view message, bool first, bool binary);

}  // namespace slipway::ingest
