// Sends the batches of one COPY from a thread of its own, so that parsing and sending go on side by side; at
// most a few batches lie between them.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/pg/session.hpp"
#include "daemon/ingest/out.hpp"

namespace slipway::ingest {

inline constexpr std::size_t batch_bytes = 256 << 10;

class CopyStream {
 public:
  // COPY has begun on that session, which belongs to this object until finish() or destruction.
  explicit CopyStream(pg::Session& session);
  ~CopyStream();
  CopyStream(const CopyStream&) = delete;

  // Takes the batch and leaves an empty one to fill. Waits while too many are on their way.
  Done send(Out& batch);
  // Everything is with the server. The COPY itself still wants its end.
  Done finish();

 private:
  void work();
  void close();

  static constexpr std::size_t batches_max = 4;
  pg::Session& session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Out> waiting_;
  std::deque<Out> empty_;
  bool closed_ = false;
  std::optional<Error> failure_;
  std::thread thread_;
};

}  // namespace slipway::ingest
