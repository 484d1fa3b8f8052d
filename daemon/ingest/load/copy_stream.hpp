// Sends batches of rows from a thread of its own, so that parsing and sending go on side by side; at most a
// few batches lie between them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/pg/session.hpp"
#include "daemon/ingest/columns/out.hpp"
#include "daemon/ingest/load/shift.hpp"

namespace slipway::ingest {

inline constexpr std::size_t batch_bytes = 256 << 10;

class CopyStream {
 public:
  // What is done with a batch, on that thread, until finish() or destruction.
  using Send = std::function<Done(std::size_t to, std::string_view batch)>;
  // Whoever waits for that waits for the server, unless it is told otherwise.
  explicit CopyStream(Send send, WaitsFor whom = WaitsFor::server);
  ~CopyStream();
  CopyStream(const CopyStream&) = delete;

  // Takes the batch and leaves an empty one to fill. Waits while too many are on their way.
  Done send(Out& batch, std::size_t to = 0);
  // Every batch was sent.
  Done finish();

 private:
  void work();
  void close();

  struct Waiting {
    std::size_t to;
    Out batch;
  };
  static constexpr std::size_t batches_max = 4;
  Send send_;
  WaitsFor whom_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::deque<Out> empty_;
  bool closed_ = false;
  std::optional<Error> failure_;
  std::thread thread_;
};

}  // namespace slipway::ingest
