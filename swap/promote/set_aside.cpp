// An attempt that recovery cannot end, and an operator who promotes another snapshot over it: what is live
// stays so until that one is, and the journal keeps what happened.
#include "base/log.hpp"
#include "swap/promote/attempt.hpp"

namespace slipway::swap {

// Nobody is held for it any more, nobody can flip in its name, and it is known what is live. One that
// switched and could not be verified is no such attempt: its snapshot may well be good.
Done Promoter::may_be_set_aside(const Order& order, const std::string& live) {
  const Attempt& stuck = attempt();
  if (!order.allow.contains(std::string(name(Step::needs_operator))))
    return error(Kind::needs_operator, "it was not asked for")
        .next("To promote another over it: swap promote ID --allow needs_operator");
  if (order.wish.id.empty() || order.wish.id == stuck.to || order.wish.id == live)
    return error(Kind::needs_operator, "it can be set aside only for another snapshot")
        .next("Name one by its id: swap promote ID --allow needs_operator");
  if (!stuck.paused.empty())
    return error(Kind::needs_operator, "{} is still held for it", stuck.paused.front().name)
        .next("Resume it by hand, or mend what keeps it; then: swap recover");
  if (stuck.kind != "way_back" && live == stuck.to)
    return error(Kind::needs_operator, "{} is live and was not verified", live).next("First: swap recover");
  return {};
}

Done Promoter::set_aside(const Order& order) {
  TRY(engine_->revoke(attempt()));
  const std::string live = TRY(engine_->live());
  TRY(may_be_set_aside(order, live));
  Attempt& stuck = attempt();
  const bool went = live == stuck.to;
  if (!went) TRY(engine_->reopen_live(stuck));
  if (stuck.kind == "way_back") {
    // It was live, and clients did not get what they should.
    SnapshotRecord& failed = journal_.snapshots[stuck.from];
    if (failed.first_promoted_ms == 0) {
      failed.first_promoted_ms = failed.live_since_ms = stuck.started_ms;
      failed.predecessor = stuck.to;
    }
    failed.bad = true;
    failed.bad_reason = stuck.reason;
  }
  stuck.reason += fmt::format("; set aside by {} for a promotion of {}", order.actor, order.wish.id);
  log::warning("target {}: {}", context_.target.name, stuck.reason);
  const Receipt kept = end(went ? Step::rolled_back : Step::aborted, Outcome::needs_operator);
  if (attempt().state != Step::needs_operator) return {};
  return error(Kind::needs_operator, "{}", kept.reason);
}

}  // namespace slipway::swap
