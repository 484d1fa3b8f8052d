// One attempt to change what is live, step by step: intent before effect, and one way out of every failure,
// which is the same one that recovery takes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "swap/promote/carrying.hpp"
#include "swap/promote/promote.hpp"
#include "swap/promote/verify.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

// A step under its name, or without one a moment between two: then it is not journaled.
struct PlannedStep {
  std::string name;
  std::function<Done()> act;  // may be empty
  std::optional<Step> reaches = std::nullopt;
};

// Whoever holds the target works on its journal through this.
class Promoter {
 public:
  Promoter(const Context& context, std::unique_ptr<Engine> engine, Journal journal);

  Engine& engine() { return *engine_; }
  const Journal& journal() const { return journal_; }

  // From planned to an end state.
  Receipt run(const Choice& choice, const Order& order);
  // An attempt that somebody left under way, to an end state.
  Receipt settle_left_behind();
  // One that this could not end, and over which an operator promotes another snapshot: ended as it stands.
  Done set_aside(const Order& order);
  // The names of the steps that run() would take, in their order.
  std::vector<std::string> step_names(const Choice& choice, const Order& order);

 private:
  Done begin(const Choice& choice, const Order& order);
  Done arm(Attempt attempt);
  std::vector<PlannedStep> steps();
  Done take(const std::vector<PlannedStep>& steps);
  Done forward() { return take(steps()); }

  Done check_candidate();
  Done check_guardrails();
  Done carry_ahead();
  Done carry();
  Done check_quiesce();
  Done hooks_before();
  Done begin_hold();
  Done pause(Quiescer& quiescer);
  Done flip();
  Done probe();
  Done close_clients();
  Done resume(Quiescer& quiescer);
  const Pause* paused(const Quiescer& quiescer);  // null: it is not, in our name
  Done end_hold();
  Done verify();
  Done record_promotion();

  Receipt settle(std::optional<Error> why);
  Receipt settle_before_switch(const Error& why);
  Receipt settle_after_switch(std::optional<Error> why);
  Done verify_again();
  Receipt go_back(const Error& why);
  Receipt walk_back(Attempt back);
  Receipt back_to_nothing(const Error& why);
  Done may_be_set_aside(const Order& order, const std::string& live);
  Receipt end(Step state, Outcome outcome);
  Receipt stuck(const Error& why);
  Receipt told(Receipt receipt);

  Done journaled(const std::string& step, const std::function<Done()>& effect);
  Done write() { return engine_->write_journal(journal_); }
  Done still_allowed();
  Done extend_lease(Millis duration);
  Done resume_each();
  Done resume_all();
  void undo_carry();
  Result<Identity> identity_of(const std::string& id);
  Attempt& attempt() { return *journal_.attempt; }
  std::int64_t now_ms() const { return epoch_ms(context_.seams.clock.now()); }

  const Context context_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Quiescer>> quiescers_;
  Carrying carrying_;
  Journal journal_;
  bool recovering_ = false;  // what somebody else left, and has not yet tried to go back
  std::set<std::string> allow_;
  std::vector<std::string> warnings_;
  std::vector<HookRun> hooks_;
};

}  // namespace slipway::swap
