// Holding clients and services still for the switch, and letting every one of them go again.
#include <algorithm>

#include "swap/promote/attempt.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

constexpr Seconds after_hold_margin{120};
constexpr Seconds resume_limit{60};     // of one try: deployments take their time
constexpr Seconds resume_patience{10};  // with one that fails, while others may wait
constexpr Millis between_resumes{100};
constexpr int resume_tries = 50;

}  // namespace

// Nobody is held yet: so what would fail in the hold fails here.
Done Promoter::check_quiesce() {
  for (const auto& one : quiescers_) {
    const Result<std::vector<std::string>> looked = one->look();
    if (!looked) return fail("{} cannot be paused", one->name()).because(looked.error());
    for (const std::string& line : *looked) warnings_.push_back(one->name() + ": " + line);
  }
  return {};
}

Done Promoter::begin_hold() {
  TRY(extend_lease(context_.target.deadline));
  TRY(still_allowed());
  attempt().hold_began_ms = now_ms();
  return {};
}

Done Promoter::pause(Quiescer& quiescer) {
  TRY(still_allowed());
  std::string memo = TRY(quiescer.remember());
  attempt().paused.push_back({quiescer.name(), std::move(memo)});
  TRY(write());
  Done paused = quiescer.pause(attempt().paused.back().memo, attempt().lease.left(context_.seams.clock));
  if (paused) return {};
  // Nothing of it is held, unless it says so: then there is nothing to resume.
  if (paused.error().kind() != Kind::needs_operator) attempt().paused.pop_back();
  return fail("{} could not be paused", quiescer.name()).because(std::move(paused).error());
}

const Pause* Promoter::paused(const Quiescer& quiescer) {
  for (const Pause& one : attempt().paused)
    if (one.name == quiescer.name()) return &one;
  return nullptr;
}

Done Promoter::resume(Quiescer& quiescer) {
  const Pause* const ours = paused(quiescer);
  if (!ours) return {};
  TRY(quiescer.resume(ours->memo, resume_limit));
  std::erase_if(attempt().paused, [&](const Pause& one) { return one.name == quiescer.name(); });
  return {};
}

// In reverse, each one tried whatever became of the others; also where the journal cannot be written.
Done Promoter::resume_each() {
  std::optional<Error> failure;
  for (auto one = quiescers_.rbegin(); one != quiescers_.rend(); ++one) {
    if (!paused(**one)) continue;
    const Millis began = context_.seams.clock.steady();
    Done resumed = resume(**one);
    const Millis took = context_.seams.clock.steady() - began;
    if (resumed) attempt().steps.push_back({"resume:" + (*one)->name(), now_ms(), took.count(), false});
    if (!resumed && !failure)
      failure = fail("{} could not be resumed", (*one)->name()).because(std::move(resumed).error());
  }
  if (failure) return std::move(*failure);
  if (attempt().paused.empty()) return {};
  return fail("{} was paused, and the config does not know it any more", attempt().paused.front().name)
      .next("Resume it by hand, or bring its entry under `quiesce` back.");
}

// One that fails is tried again when all the others have been let go.
Done Promoter::resume_all() {
  // The hold's deadline was for the hold. Where this cannot be written the watchdog takes over, by the old
  // one.
  if (!attempt().paused.empty()) (void)extend_lease(resume_limit);
  const TimeLeft patience(context_.seams.clock, resume_patience);
  for (int left = resume_tries;; --left) {
    Done resumed = resume_each();
    if (resumed) return end_hold();
    if (left == 1 || patience.over()) return resumed;
    // A pooler that was killed comes up unpaused; so a server that is missing is started first.
    (void)engine_->serve();
    context_.seams.clock.sleep(between_resumes);
  }
}

Done Promoter::end_hold() {
  if (attempt().hold_began_ms > 0) attempt().pause_ms += now_ms() - attempt().hold_began_ms;
  attempt().hold_began_ms = 0;
  return extend_lease(Millis(context_.target.verify_timeout) + after_hold_margin);
}

}  // namespace slipway::swap
