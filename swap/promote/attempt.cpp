#include "swap/promote/attempt.hpp"

#include "swap/guardrails/inspect.hpp"
#include "swap/promote/receipt.hpp"
#include "swap/promote/watchdog.hpp"
#include "swap/quiesce/quiescers.hpp"

namespace slipway::swap {
namespace {

// Nobody is held while a candidate starts, and crash recovery takes its time.
constexpr Seconds preparation_limit{900};
constexpr Millis close_limit{5000};

std::string kind_of(const Order& order) {
  return order.wish.direction == Direction::back ? "rollback" : "promote";
}

}  // namespace

Promoter::Promoter(const Context& context, std::unique_ptr<Engine> engine, Journal journal)
    : context_(context),
      engine_(std::move(engine)),
      quiescers_(quiescers_of(context_)),
      carrying_(context_, *engine_),
      journal_(std::move(journal)) {}

Receipt Promoter::run(const Choice& choice, const Order& order) {
  Done begun = begin(choice, order);
  if (!begun) {
    Receipt receipt;
    receipt.target = context_.target.name;
    receipt.from = choice.from;
    receipt.to = choice.to;
    receipt.reason = begun.error().summary();
    receipt.next = begun.error().next_step();
    return receipt;
  }
  Done done = forward();
  return told(settle(done ? std::optional<Error>() : std::move(done).error()));
}

Receipt Promoter::settle_left_behind() {
  recovering_ = true;
  Attempt& left = attempt();
  const bool was_stuck = left.state == Step::needs_operator;
  for (JournalStep& step : left.steps) step.intent = false;
  // Without a watchdog of its own: whoever recovers can be recovered in turn.
  left.lease.promoter = this_process();
  left.lease.boot_id = boot_id();
  Done extended = extend_lease(preparation_limit);
  if (!extended) return stuck(extended.error());
  Receipt receipt = settle(fail("its promoter died in state {}", name(left.state)));
  // Recovery tries again and again: that it is still stuck is no news.
  if (was_stuck && receipt.outcome == Outcome::needs_operator) return receipt;
  return told(std::move(receipt));
}

std::vector<std::string> Promoter::step_names(const Choice& choice, const Order& order) {
  allow_ = order.allow;
  journal_.attempt.emplace();
  attempt().kind = kind_of(order);
  attempt().from = choice.from;
  attempt().to = choice.to;
  attempt().close_clients = choice.reshaped;
  std::vector<std::string> names;
  for (const PlannedStep& step : steps())
    if (!step.name.empty()) names.push_back(step.name);
  return names;
}

Done Promoter::begin(const Choice& choice, const Order& order) {
  allow_ = order.allow;
  Attempt attempt;
  attempt.kind = kind_of(order);
  attempt.from = choice.from;
  attempt.to = choice.to;
  attempt.close_clients = choice.reshaped;
  attempt.actor = order.actor;
  attempt.started_ms = now_ms();
  return arm(std::move(attempt));
}

// A new epoch: its watchdog, its lease, and then its token.
Done Promoter::arm(Attempt attempt) {
  attempt.epoch = journal_.epoch + 1;
  attempt.state = Step::planned;
  attempt.lease.boot_id = boot_id();
  attempt.lease.promoter = this_process();
  attempt.lease.watchdog = TRY(start_watchdog(context_, attempt.epoch));
  attempt.lease.extend(preparation_limit, context_.seams.clock);
  attempt.token = TRY(engine_->name_token(attempt.epoch));
  journal_.epoch = attempt.epoch;
  journal_.attempt = std::move(attempt);
  TRY(write());
  return engine_->make_token(this->attempt());
}

std::vector<PlannedStep> Promoter::steps() {
  std::vector<PlannedStep> all;
  const auto engine_steps = [&](std::vector<EngineStep> steps) {
    for (EngineStep& step : steps) all.push_back({std::move(step.name), std::move(step.act)});
  };
  engine_steps(engine_->prepare(attempt()));
  all.push_back({"check_candidate", [this] { return check_candidate(); }, Step::guarded});
  // A way back was asked for by nobody: nothing that only warns stands in its way.
  const bool asked_for = attempt().kind != "way_back";
  if (asked_for && !context_.target.quiesce.empty())
    all.push_back({"check_quiesce", [this] { return check_quiesce(); }});
  if (asked_for && !context_.target.hooks.before.empty())
    all.push_back({"hooks:before", [this] { return hooks_before(); }});
  const bool carries = carrying_.wanted(attempt());
  if (carries) all.push_back({"carry_ahead", [this] { return carry_ahead(); }});
  all.push_back({"", [this] { return begin_hold(); }});
  for (const auto& one : quiescers_)
    all.push_back({"pause:" + one->name(), [this, &one] { return pause(*one); }});
  if (carries) all.push_back({"carry", [this] { return carry(); }});
  engine_steps(engine_->close_live(attempt()));
  all.push_back({"", {}, Step::quiesced});
  all.push_back({"switch", [this] { return flip(); }, Step::switched});
  engine_steps(engine_->close_previous(attempt()));
  all.push_back({"", [this]() -> Done {
                   carrying_.let_go();
                   return {};
                 }});
  all.push_back({"probe", [this] { return probe(); }, Step::probed});
  if (allow_.contains("client_shape") || attempt().close_clients)
    all.push_back({"close_clients", [this] { return close_clients(); }});
  for (auto one = quiescers_.rbegin(); one != quiescers_.rend(); ++one)
    all.push_back({"resume:" + (*one)->name(), [this, one] { return resume(**one); }});
  all.push_back({"", [this] { return end_hold(); }, Step::resumed});
  all.push_back({"verify", [this] { return verify(); }, Step::verified});
  all.push_back({"", [this] { return record_promotion(); }});
  if (carries) all.push_back({"carry_tidy", [this] { return carrying_.tidy(attempt()); }});
  engine_steps(engine_->retire(attempt()));
  return all;
}

// The state is durable with the next entry, which comes before the next effect; so a step in the hold costs
// one write, not two.
Done Promoter::take(const std::vector<PlannedStep>& steps) {
  for (const PlannedStep& step : steps) {
    if (step.act) TRY(step.name.empty() ? step.act() : journaled(step.name, step.act));
    if (step.reaches) attempt().state = *step.reaches;
  }
  return {};
}

Done Promoter::check_candidate() {
  const Verification found = verify_candidate(context_, *engine_, TRY(identity_of(attempt().to)));
  attempt().verify = found.probes;
  if (found.ok) return check_guardrails();
  return error(Kind::refused, "the candidate {} does not answer as it should: {}", attempt().to,
               found.probes.back().detail);
}

// Nobody is held by it, however long it takes.
Done Promoter::carry_ahead() {
  TRY(extend_lease(carry::patience));
  TRY(carrying_.ahead(attempt()));
  return {};
}

Done Promoter::carry() {
  TRY(still_allowed());
  return carrying_.last(attempt());
}

// Again, now that the candidate answers for itself. The way back asks nothing: it was live a moment ago.
Done Promoter::check_guardrails() {
  if (attempt().kind == "way_back") return {};
  const Direction direction = attempt().kind == "rollback" ? Direction::back : Direction::forward;
  const std::vector<Guardrail> all =
      TRY(inspect(context_, *engine_, direction, attempt().from, attempt().to, Candidate::prepared));
  TRY(check(all, allow_));
  if (reshapes(all)) attempt().close_clients = true;
  return {};
}

// What they remember of types and rows is no longer true, and they would never see a reconnect.
Done Promoter::close_clients() {
  if (!attempt().close_clients) return {};
  for (const auto& one : quiescers_) {
    if (one->close_clients(close_limit)) continue;
    (void)engine_->serve();  // as in resume()
    TRY(one->close_clients(close_limit));
  }
  return {};
}

Done Promoter::flip() {
  TRY(still_allowed());
  Journal switched = journal_;
  switched.attempt->state = Step::switched;
  switched.attempt->steps.back().intent = false;
  return engine_->flip(attempt(), switched);
}

Done Promoter::probe() {
  return engine_->probe(TRY(identity_of(attempt().to)));
}

Done Promoter::verify() {
  const Verification found = verify_through_front_door(context_, *engine_, TRY(identity_of(attempt().to)));
  attempt().verify = found.probes;
  if (found.ok) return {};
  if (!found.reached)
    return error(Kind::needs_operator, "the front door could not be reached: {}", found.probes.back().detail);
  attempt().failed_verification = true;
  return error(Kind::rolled_back, "clients do not get what was promoted: {}", found.probes.back().detail);
}

// What the target remembers of the two, in the same write as the state that says that it is over.
Done Promoter::record_promotion() {
  SnapshotRecord& to = journal_.snapshots[attempt().to];
  if (to.first_promoted_ms == 0) {
    to.first_promoted_ms = now_ms();
    to.predecessor = attempt().from;
  }
  to.live_since_ms = now_ms();
  if (attempt().kind == "way_back") {
    SnapshotRecord& failed = journal_.snapshots[attempt().from];
    failed.bad = true;
    failed.bad_reason = attempt().reason;
  }
  return write();
}

Result<Identity> Promoter::identity_of(const std::string& id) {
  const Manifest manifest = TRY(engine_->manifest(id));
  return Identity{manifest.id, manifest.build_uuid};
}

Done Promoter::still_allowed() {
  if (attempt().lease.left(context_.seams.clock) <= Millis(0)) return fail("the deadline has passed");
  if (!alive(attempt().lease.watchdog))
    return fail("the watchdog (process {}) is gone", attempt().lease.watchdog.pid);
  return {};
}

Done Promoter::extend_lease(Millis duration) {
  attempt().lease.extend(duration, context_.seams.clock);
  return write();
}

Done Promoter::journaled(const std::string& step, const std::function<Done()>& effect) {
  attempt().steps.push_back({step, now_ms(), 0, true});
  const std::size_t index = attempt().steps.size() - 1;
  TRY(write());
  const Millis began = context_.seams.clock.steady();
  Done done = effect();
  attempt().steps[index].ms = (context_.seams.clock.steady() - began).count();
  if (!done) return done;
  attempt().steps[index].intent = false;
  return {};
}

}  // namespace slipway::swap
