// Keeps one running job alive in the control database: heartbeats, the wish to cancel it, and its news, on a
// thread and a connection of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "daemon/jobs/queue.hpp"
#include "daemon/jobs/tracker.hpp"

namespace slipway::jobs {

// Why a running job is asked to end.
enum class Stop { none, cancelled, shutdown, lost };

class Keeper {
 public:
  Keeper(std::string conninfo, long long job, WorkerId worker, Tracker& tracker);
  ~Keeper();  // writes the last news, if the control database is there
  Keeper(const Keeper&) = delete;

  // The first reason stays.
  void request_stop(Stop why);
  Stop stopped_by() const { return why_; }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  void keep(const std::stop_token& ending);
  Done beat_once();
  Done write_news();
  void note(const Done& beaten);

  const std::string conninfo_;
  const long long job_;
  const WorkerId worker_;
  Tracker& tracker_;
  std::stop_source stop_;
  std::atomic<Stop> why_{Stop::none};
  std::optional<pg::Session> session_;
  News unwritten_;
  bool reachable_ = true;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace slipway::jobs
