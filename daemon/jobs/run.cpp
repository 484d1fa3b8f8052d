#include "daemon/jobs/run.hpp"

#include "base/log.hpp"
#include "daemon/jobs/order.hpp"
#include "daemon/jobs/record.hpp"

namespace slipway::jobs {
namespace {

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
  const Ending ending{ran.state, to_json(ran.result, job.id, job.pipeline), why};
  ran.recorded = record_end(context.conninfo, context.worker, job.id, ending);
  return ran;
}

}  // namespace slipway::jobs
