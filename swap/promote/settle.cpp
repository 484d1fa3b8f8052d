// How an attempt ends, whatever happened to it: backwards before the switch, forwards after it, and back by a
// new epoch where the new snapshot does not serve. A promoter that met an error and a recovery that found a
// dead promoter's journal both come through here.
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "swap/promote/attempt.hpp"
#include "swap/promote/receipt.hpp"

namespace slipway::swap {

Receipt Promoter::settle(std::optional<Error> why) {
  // First the token: from here on nobody flips in this epoch's name any more.
  Done revoked = engine_->revoke(attempt());
  if (!revoked) return stuck(revoked.error());
  const Result<std::string> live = engine_->live();
  if (!live) return stuck(live.error());
  const bool switched = *live == attempt().to;
  if (!switched) return settle_before_switch(why ? *why : fail("it never switched"));
  return settle_after_switch(std::move(why));
}

Receipt Promoter::settle_before_switch(const Error& why) {
  const bool way_back = attempt().kind == "way_back";
  if (!way_back || attempt().reason.empty()) attempt().reason = why.summary();
  Done undone = engine_->reopen_live(attempt());
  if (undone) undone = resume_all();
  if (!undone) return stuck(undone.error());
  undo_carry();
  // The failing snapshot is still live: nothing is as it should be. Whoever recovers tries once more.
  if (way_back && std::exchange(recovering_, false)) return walk_back(attempt());
  if (way_back) return stuck(fail("the way back to {} failed", attempt().to).because(why));
  Done frozen = engine_->freeze(attempt().to);
  if (!frozen) return stuck(frozen.error());
  Receipt receipt = end(Step::aborted, why.kind() == Kind::refused ? Outcome::refused : Outcome::aborted);
  if (receipt.next.empty()) receipt.next = why.next_step();
  return receipt;
}

// Nobody reaches what is left, and the next attempt takes it away before it does anything else; so an abort
// does not wait for it.
void Promoter::undo_carry() {
  const Done undone = carrying_.undo(attempt());
  if (undone) return;
  log::warning("target {}: what was carried could not be taken back: {}", context_.target.name,
               undone.error().summary());
  attempt().reason += "; what was carried is taken back by the next attempt: " + undone.error().summary();
}

Receipt Promoter::settle_after_switch(std::optional<Error> why) {
  if (!why && attempt().state == Step::verified)
    return end(attempt().kind == "way_back" ? Step::rolled_back : Step::done,
               attempt().kind == "way_back" ? Outcome::rolled_back : Outcome::promoted);
  if (attempt().state < Step::resumed || attempt().hold_began_ms > 0 || !attempt().paused.empty()) {
    Done closed;
    for (const EngineStep& step : engine_->close_previous(attempt()))
      if (closed) closed = step.act();
    Done resumed = close_clients();
    if (resumed) resumed = resume_all();
    if (!resumed) return stuck(resumed.error());
    if (!closed) return go_back(closed.error());
  }
  if (attempt().failed_verification && why) return go_back(*why);
  if (why && why->kind() == Kind::needs_operator) return stuck(*why);
  if (attempt().state != Step::verified) {
    Done verified = verify_again();
    if (!verified && attempt().failed_verification) return go_back(verified.error());
    if (!verified) return stuck(verified.error());
  }
  Done finished = record_promotion();
  if (finished && carrying_.wanted(attempt()))
    finished = journaled("carry_tidy", [this] { return carrying_.tidy(attempt()); });
  for (const EngineStep& step : engine_->retire(attempt()))
    if (finished) finished = journaled(step.name, step.act);
  if (!finished) return stuck(finished.error());
  return settle_after_switch(std::nullopt);
}

Done Promoter::verify_again() {
  attempt().state = Step::resumed;
  TRY(end_hold());
  TRY(journaled("verify", [this] { return verify(); }));
  attempt().state = Step::verified;
  return {};
}

Receipt Promoter::go_back(const Error& why) {
  if (attempt().kind == "way_back")
    return stuck(fail("neither {} nor {} serves", attempt().from, attempt().to).because(why));
  if (attempt().from.empty()) return back_to_nothing(why);
  log::warning("target {}: {}; going back to {}", context_.target.name, why.summary(), attempt().from);
  Attempt back = attempt();
  back.kind = "way_back";
  back.reason = why.summary();
  back.failed_verification = false;
  std::swap(back.from, back.to);
  return walk_back(std::move(back));
}

Receipt Promoter::walk_back(Attempt back) {
  const std::vector<ProbeResult> failing = attempt().verify;
  const long long before = journal_.epoch;
  Done done = arm(std::move(back));
  // Not begun: there is nothing to settle but what failed just now.
  if (!done && journal_.epoch == before)
    return stuck(fail("the way back could not begin").because(std::move(done).error()));
  if (done) done = forward();
  Receipt receipt = settle(done ? std::optional<Error>() : std::move(done).error());
  receipt.verify = failing;
  return receipt;
}

// Nothing was live before: so nothing is again.
Receipt Promoter::back_to_nothing(const Error& why) {
  attempt().reason = why.summary();
  SnapshotRecord& failed = journal_.snapshots[attempt().to];
  failed.bad = true;
  failed.bad_reason = why.summary();
  Done done = journaled("unlink", [this] { return engine_->unlink(attempt()); });
  if (done) done = engine_->freeze(attempt().to);
  if (!done) return stuck(done.error());
  return end(Step::rolled_back, Outcome::rolled_back);
}

Receipt Promoter::end(Step state, Outcome outcome) {
  attempt().state = state;
  Receipt receipt = receipt_of(attempt(), context_.target.name, outcome);
  Done kept = engine_->keep_receipt(receipt.epoch, to_json(receipt).dump(1));
  if (kept) kept = write();
  if (!kept) return stuck(kept.error());
  return receipt;
}

// The journal stays under way: `swap recover` and the daemon's tick try again.
Receipt Promoter::stuck(const Error& why) {
  log::error("target {} needs an operator: {}", context_.target.name, why.summary());
  // Whatever else is wrong, nobody is held for it: they go on with what is live.
  if (!attempt().paused.empty()) {
    Done resumed = resume_all();
    if (!resumed) log::error("target {}: {}", context_.target.name, resumed.error().summary());
  }
  attempt().state = Step::needs_operator;
  attempt().reason = why.summary();
  Done written = write();
  if (!written) log::error("the journal could not be written: {}", written.error().summary());
  Receipt receipt = receipt_of(attempt(), context_.target.name, Outcome::needs_operator);
  receipt.next = why.next_step().empty() ? "When the cause is gone: swap recover"
                                         : why.next_step() + " Then: swap recover";
  return receipt;
}

}  // namespace slipway::swap
