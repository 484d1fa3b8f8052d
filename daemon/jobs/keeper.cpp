#include "daemon/jobs/keeper.hpp"

#include <iterator>

#include "base/log.hpp"
#include "daemon/jobs/events.hpp"

namespace slipway::jobs {
namespace {

constexpr Millis interval{1000};

pg::Options short_calls() {
  pg::Options options;
  options.connect_limit = Seconds(5);
  options.call_limit = Millis(10'000);
  options.application_name = "slipway heartbeat";
  return options;
}

}  // namespace

Keeper::Keeper(std::string conninfo, long long job, WorkerId worker, Tracker& tracker)
    : conninfo_(std::move(conninfo)),
      job_(job),
      worker_(std::move(worker)),
      tracker_(tracker),
      thread_([this](const std::stop_token& ending) { keep(ending); }) {}

Keeper::~Keeper() {
  thread_.request_stop();
  thread_.join();
}

void Keeper::request_stop(Stop why) {
  Stop none = Stop::none;
  why_.compare_exchange_strong(none, why);
  stop_.request_stop();
}

void Keeper::keep(const std::stop_token& ending) {
  const log::Job tag(std::to_string(job_));
  bool last = false;
  while (!last) {
    last = ending.stop_requested();
    note(beat_once());
    std::unique_lock lock(mutex_);
    if (!last) wake_.wait_for(lock, ending, interval, [] { return false; });
  }
}

Done Keeper::beat_once() {
  if (!session_) session_ = TRY(pg::Session::open(conninfo_, short_calls()));
  const Beat answer = TRY(beat(*session_, job_, worker_));
  if (!answer.mine) {
    request_stop(Stop::lost);
    return {};
  }
  if (answer.cancel_requested) request_stop(Stop::cancelled);
  return write_news();
}

// News that could not be written stay for the next beat.
Done Keeper::write_news() {
  News news = tracker_.take();
  std::move(news.events.begin(), news.events.end(), std::back_inserter(unwritten_.events));
  if (news.progress) unwritten_.progress = std::move(news.progress);
  if (unwritten_.events.empty() && !unwritten_.progress) return {};
  pg::Transaction transaction = TRY(pg::Transaction::begin(*session_));
  for (const auto& [kind, data] : unwritten_.events) TRY(append_event(*session_, job_, kind, data));
  if (unwritten_.progress) TRY(write_progress(*session_, job_, worker_, *unwritten_.progress));
  TRY(transaction.commit());
  unwritten_ = {};
  return {};
}

// The build goes on without the control database; people hear of it once when it goes and once when it is
// back.
void Keeper::note(const Done& beaten) {
  if (beaten) {
    if (!reachable_) log::warning("the control database is back; the heartbeat goes on");
    reachable_ = true;
    return;
  }
  session_.reset();
  if (reachable_) log::error("the heartbeat cannot be written, trying on: {}", beaten.error().summary());
  reachable_ = false;
}

}  // namespace slipway::jobs
