// The daemon's worker: claims the jobs of its home and lane, one after the other, and runs them, on a thread
// of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "daemon/jobs/run.hpp"

namespace slipway::jobs {

class Worker {
 public:
  // To its recorded end.
  using Run = std::function<Done(const Job& job, const std::stop_token& stop)>;

  Worker(std::string conninfo, std::string home, Work work);  // builds
  Worker(std::string conninfo, std::string home, Lane lane, Run run);
  ~Worker();
  Worker(const Worker&) = delete;

  // Claims nothing more; the running job is asked to end and is recorded as interrupted. Returns when it has
  // ended.
  void stop();
  // It has been able to look for jobs within the last moments, or is running one.
  bool healthy() const { return healthy_; }

 private:
  void loop(const std::stop_token& stop);
  Result<bool> step(const std::stop_token& stop);  // true if it ran a job
  void note(const Result<bool>& stepped);

  const std::string conninfo_;
  const std::string home_;
  const Lane lane_;
  const Run run_;
  const WorkerId id_ = this_worker();
  std::optional<pg::Session> session_;
  std::atomic<bool> healthy_{true};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace slipway::jobs
