#include "daemon/ingest/load/copy_stream.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t kept_bytes_max = 8 * batch_bytes;

}  // namespace

CopyStream::CopyStream(Send send, WaitsFor whom)
    : send_(std::move(send)), whom_(whom), thread_([this] { work(); }) {}

CopyStream::~CopyStream() {
  close();
}

void CopyStream::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  const Wait wait(whom_);
  if (thread_.joinable()) thread_.join();
}

Done CopyStream::send(Out& batch, std::size_t to) {
  std::unique_lock lock(mutex_);
  if (!failure_ && waiting_.size() >= batches_max) {
    const Wait wait(whom_);
    changed_.wait(lock, [this] { return failure_ || waiting_.size() < batches_max; });
  }
  if (failure_) return *failure_;
  waiting_.push_back({to, std::move(batch)});
  batch = Out();
  if (!empty_.empty()) {
    batch = std::move(empty_.front());
    empty_.pop_front();
  }
  changed_.notify_all();
  return {};
}

Done CopyStream::finish() {
  close();
  if (failure_) return *failure_;
  return {};
}

void CopyStream::work() {
  while (true) {
    Waiting next{};
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    changed_.notify_all();
    Done sent = send_(next.to, next.batch.view());
    const std::lock_guard lock(mutex_);
    if (!sent) {
      failure_ = std::move(sent).error();
      waiting_.clear();
      changed_.notify_all();
      return;
    }
    next.batch.clear();
    // One that a very long row has blown up is not kept.
    if (empty_.size() < batches_max && next.batch.capacity() <= kept_bytes_max)
      empty_.push_back(std::move(next.batch));
  }
}

}  // namespace slipway::ingest
