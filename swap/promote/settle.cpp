// How an attempt ends, whatever happened to it: backwards before the switch, forwards after it, and back by a
// new epoch where the new snapshot does not serve. A promoter that met an error and a recovery that found a
// dead promoter's journal both come through here.
#include "base/log.hpp"
#include "swap/promote/attempt.hpp"
#include "swap/promote/receipt.hpp"
#include "swap/servers/pooler.hpp"

namespace slipway::swap {

Receipt Promoter::settle(std::optional<Error> why) {
  // First the token: from here on nobody flips in this epoch's name any more.
  Done revoked = context_.seams.files.remove(volume_.names().token(attempt().epoch));
  if (!revoked) return stuck(revoked.error());
  const Result<std::string> live = volume_.live();
  if (!live) return stuck(live.error());
  const bool switched = *live == attempt().to;
  if (!switched) return settle_before_switch(why ? *why : fail("it never switched"));
  return settle_after_switch(std::move(why));
}

Receipt Promoter::settle_before_switch(const Error& why) {
  const bool way_back = attempt().kind == "way_back";
  if (!way_back || attempt().reason.empty()) attempt().reason = why.summary();
  if (attempt().paused_by_us) {
    Done resumed = resume_with_retries();
    if (!resumed) return stuck(resumed.error());
  }
  // The failing snapshot is still live: nothing is as it should be.
  if (way_back) return stuck(fail("the way back to {} failed", attempt().to).because(why));
  Done stopped = stop_server(attempt().to);
  if (!stopped) return stuck(stopped.error());
  Receipt receipt = end(Step::aborted, why.kind() == Kind::refused ? Outcome::refused : Outcome::aborted);
  if (receipt.next.empty()) receipt.next = why.next_step();
  return receipt;
}

Receipt Promoter::settle_after_switch(std::optional<Error> why) {
  if (attempt().paused_by_us) {
    Done resumed = resume_with_retries();
    if (!resumed) return stuck(resumed.error());
  }
  if (attempt().failed_verification && why) return go_back(*why);
  if (why && why->kind() == Kind::needs_operator) return stuck(*why);
  if (!why && attempt().state == Step::verified)
    return end(attempt().kind == "way_back" ? Step::rolled_back : Step::done,
               attempt().kind == "way_back" ? Outcome::rolled_back : Outcome::promoted);
  if (attempt().state != Step::verified) {
    attempt().state = Step::resumed;
    Done verified = extend_lease(Millis(context_.target.verify_timeout) + Seconds(120));
    if (verified) verified = verify();
    if (!verified && attempt().failed_verification) return go_back(verified.error());
    if (!verified) return stuck(verified.error());
  }
  Done finished = finish();
  if (!finished) return stuck(finished.error());
  return settle_after_switch(std::nullopt);
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
  const std::vector<ProbeResult> failing = attempt().verify;
  Done done = arm(back);
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
  Done done = journaled("unlink", [&] { return context_.seams.files.remove(volume_.names().current()); });
  if (done) done = stop_server(attempt().to);
  if (!done) return stuck(done.error());
  return end(Step::rolled_back, Outcome::rolled_back);
}

Receipt Promoter::end(Step state, Outcome outcome) {
  attempt().state = state;
  Receipt receipt = receipt_of(attempt(), context_.target.name, outcome);
  Done kept = keep_receipt(context_.seams.files, volume_.names(), receipt);
  if (kept) kept = write();
  if (!kept) return stuck(kept.error());
  return receipt;
}

// The journal stays under way: `swap recover` and the daemon's tick try again.
Receipt Promoter::stuck(const Error& why) {
  log::error("target {} needs an operator: {}", context_.target.name, why.summary());
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
