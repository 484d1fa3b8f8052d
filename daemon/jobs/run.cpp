#include "daemon/jobs/run.hpp"

#include "base/log.hpp"
#include "base/pg/retry.hpp"
#include "daemon/jobs/order.hpp"

namespace slipway::jobs {
namespace {

// How long the end of a job is tried to be written while the control database is away.
constexpr pg::Patience patience{100, Millis(200), Millis(5'000), Millis(90'000)};

class Both : public ingest::Observer {
 public:
  Both(ingest::Observer& first, ingest::Observer* second) : first_(first), second_(second) {}
  void phase(const std::string& phase) override {
    first_.phase(phase);
    if (second_) second_->phase(phase);
  }
  void progress(const ingest::TableProgress& progress) override {
    first_.progress(progress);
    if (second_) second_->progress(progress);
  }
  void line(const std::string& text) override {
    first_.line(text);
    if (second_) second_->line(text);
  }

 private:
  ingest::Observer& first_;
  ingest::Observer* second_;
};

Done record_once(const RunContext& context, long long job, const Ending& ending) {
  pg::Options options;
  options.connect_limit = Seconds(5);
  options.call_limit = Millis(10'000);
  pg::Session session = TRY(pg::Session::open(context.conninfo, options));
  return finish(session, job, context.worker, ending);
}

// Writing the same end twice is writing it once.
Done record(const RunContext& context, long long job, const Ending& ending) {
  return pg::retrying(real_clock(), patience, pg::Repeatable::yes,
                      [&] { return record_once(context, job, ending); });
}

Error unrecorded(long long job, State state, Error cause) {
  return fail("job {} has ended ({}), but that could not be written into the control database", job,
              name(state))
      .because(std::move(cause))
      .next("It will be shown as interrupted; what it built is as its manifest says: `swap list`.");
}

IngestResult do_work(const RunContext& context, const Job& job, ingest::Observer& observer,
                     const Keeper& keeper) {
  auto order = parse_order(job.params);
  if (order) {
    order->actor = job.actor;
    order->leave_it = [&keeper] {
      return keeper.stopped_by() == Stop::shutdown || keeper.stopped_by() == Stop::lost;
    };
    return context.work(job.id, *order, observer, keeper.token());
  }
  IngestResult result;
  result.state = "failed";
  result.target = job.target;
  result.error = std::move(order).error();
  return result;
}

}  // namespace

State final_state(const IngestResult& result, Stop stopped_by) {
  if (result.state == "succeeded") return State::succeeded;
  const bool gave_way =
      result.state == "cancelled" || (result.error && result.error->kind() == Kind::cancelled);
  if (!gave_way) return State::failed;
  return stopped_by == Stop::shutdown || stopped_by == Stop::lost ? State::interrupted : State::cancelled;
}

Ran run_claimed(const RunContext& context, const Job& job) {
  const log::Job tag(std::to_string(job.id));
  Ran ran;
  Tracker tracker;
  {
    Keeper keeper(context.conninfo, job.id, context.worker, tracker);
    const std::stop_callback outside(context.stop, [&] { keeper.request_stop(context.stop_means); });
    Both observer(tracker, context.also);
    ran.result = do_work(context, job, observer, keeper);
    ran.state = final_state(ran.result, keeper.stopped_by());
  }
  ran.result.state = name(ran.state);
  const std::string why = ran.result.error ? ran.result.error->text() : "";
  ran.recorded = record(context, job.id, {ran.state, to_json(ran.result, job.id, job.pipeline), why});
  if (!ran.recorded) ran.recorded = unrecorded(job.id, ran.state, std::move(ran.recorded).error());
  return ran;
}

}  // namespace slipway::jobs
