#include "daemon/ingest/load/side_by_side.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace slipway::ingest {

std::size_t streams_at_once() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 2, 8);
}

Done side_by_side(std::size_t tasks, std::stop_source& stop, const std::function<Done(std::size_t)>& run) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::optional<Error> failure;
  const auto work = [&] {
    for (std::size_t task = next++; task < tasks; task = next++) {
      Done done = run(task);
      if (done) continue;
      next = tasks;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::move(done).error();
      stop.request_stop();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(streams_at_once(), tasks); ++i) others.emplace_back(work);
    work();
  }
  if (failure) return std::move(*failure);
  return {};
}

}  // namespace slipway::ingest
