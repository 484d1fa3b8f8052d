#include "daemon/jobs/worker.hpp"

#include "base/log.hpp"
#include "daemon/jobs/rescue.hpp"

namespace slipway::jobs {
namespace {

constexpr Millis interval{1000};

Worker::Run building(const std::string& conninfo, Work work) {
  return [conninfo, work = std::move(work)](const Job& job, const std::stop_token& stop) {
    const Ran ran = run_claimed({conninfo, this_worker(), work, nullptr, stop, Stop::shutdown}, job);
    log::info("job {} is {}", job.id, name(ran.state));
    return ran.recorded;
  };
}

}  // namespace

Worker::Worker(std::string conninfo, std::string home, Work work)
    : Worker(conninfo, std::move(home), Lane::build, building(conninfo, std::move(work))) {}

Worker::Worker(std::string conninfo, std::string home, Lane lane, Run run)
    : conninfo_(std::move(conninfo)),
      home_(std::move(home)),
      lane_(lane),
      run_(std::move(run)),
      thread_([this](const std::stop_token& stop) { loop(stop); }) {}

Worker::~Worker() {
  stop();
}

void Worker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Result<bool> stepped = step(stop);
    note(stepped);
    if (stepped && *stepped) continue;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, interval, [] { return false; });
  }
}

Result<bool> Worker::step(const std::stop_token& stop) {
  if (!session_) session_ = TRY(pg::Session::open(conninfo_));
  for (const long long job : TRY(rescue(*session_))) log::warning("job {} was found interrupted", job);
  for (const long long job : TRY(order_again(*session_, home_)))
    log::warning("job {} goes on with what an interrupted one had begun", job);
  const std::optional<Job> job = TRY(claim(*session_, home_, id_, lane_));
  if (!job) return false;
  log::info("running job {} ({} of {})", job->id, job->kind, job->target);
  TRY(run_(*job, stop));
  return true;
}

// Said once when it begins and once when it is over, not every second.
void Worker::note(const Result<bool>& stepped) {
  if (!stepped) {
    session_.reset();
    if (healthy_) log::error("the worker cannot go on, trying again: {}", stepped.error().text());
  } else if (!healthy_) {
    log::warning("the worker goes on");
  }
  healthy_ = static_cast<bool>(stepped);
}

}  // namespace slipway::jobs
