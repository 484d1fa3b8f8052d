#include "swap/promote/attempt.hpp"

#include "base/digest.hpp"
#include "swap/promote/receipt.hpp"
#include "swap/promote/watchdog.hpp"
#include "swap/servers/pooler.hpp"

namespace slipway::swap {
namespace {

// Nobody is held while a candidate starts, and crash recovery takes its time.
constexpr Seconds preparation_limit{900};
constexpr Seconds after_hold_margin{120};

}  // namespace

Receipt Promoter::run(const Choice& choice, const std::string& kind, const std::string& actor) {
  Done begun = begin(choice, kind, actor);
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
  return settle(done ? std::optional<Error>() : std::move(done).error());
}

Receipt Promoter::settle_left_behind() {
  Attempt& left = attempt();
  for (JournalStep& step : left.steps) step.intent = false;
  // Without a watchdog of its own: whoever recovers can be recovered in turn.
  left.lease.promoter = this_process();
  left.lease.boot_id = boot_id();
  Done extended = extend_lease(preparation_limit);
  if (!extended) return stuck(extended.error());
  return settle(fail("its promoter died in state {}", name(left.state)));
}

Done Promoter::begin(const Choice& choice, const std::string& kind, const std::string& actor) {
  Attempt attempt;
  attempt.kind = kind;
  attempt.from = choice.from;
  attempt.to = choice.to;
  attempt.actor = actor;
  attempt.started_ms = now_ms();
  return arm(attempt);
}

// A new epoch: its watchdog, its lease, and then its token.
Done Promoter::arm(Attempt& attempt) {
  attempt.epoch = journal_.epoch + 1;
  attempt.state = Step::planned;
  attempt.lease.boot_id = boot_id();
  attempt.lease.promoter = this_process();
  attempt.lease.watchdog = TRY(start_watchdog(context_, attempt.epoch));
  attempt.lease.deadline_ms = now_ms() + Millis(preparation_limit).count();
  journal_.epoch = attempt.epoch;
  journal_.attempt = attempt;
  TRY(write());
  const Path token = volume_.names().token(attempt.epoch);
  TRY(context_.seams.files.remove(token));
  return context_.seams.files.symlink(current_text(attempt.to), token);
}

Done Promoter::forward() {
  TRY(guard());
  TRY(quiesce());
  TRY(flip());
  TRY(probe());
  TRY(let_go());
  TRY(verify());
  return finish();
}

Done Promoter::guard() {
  TRY(journaled("start_candidate", [&]() -> Done {
    const FileLock lock = TRY(lock_home(context_.home));
    const Cluster cluster = volume_.cluster(attempt().to);
    TRY(configure(context_.seams, cluster, volume_.production(Door::closed)));
    TRY(start(context_.seams, cluster));
    return ensure_pooler(context_.seams, context_.home, context_.target);
  }));
  TRY(journaled("check_candidate", [&]() -> Done {
    const Verification found = verify_candidate(context_, volume_, TRY(identity_of(attempt().to)));
    attempt().verify = found.probes;
    if (found.ok) return {};
    return error(Kind::refused, "the candidate {} does not answer as it should: {}", attempt().to,
                 found.probes.back().detail);
  }));
  TRY(journaled("open_candidate", [&]() -> Done {
    return set_door(context_.seams, volume_.cluster(attempt().to), volume_.production(Door::open));
  }));
  reach(Step::guarded);
  return {};
}

Done Promoter::quiesce() {
  TRY(extend_lease(context_.target.deadline));
  TRY(still_allowed());
  attempt().paused_by_us = true;
  attempt().hold_began_ms = now_ms();
  TRY(journaled("pause", [&] {
    return pause(context_.seams, pooler_of(context_.home, context_.target), context_.target.deadline);
  }));
  reach(Step::quiesced);
  return {};
}

Done Promoter::flip() {
  TRY(still_allowed());
  TRY(journaled("switch", [&]() -> Done {
    Done renamed =
        context_.seams.files.rename(volume_.names().token(attempt().epoch), volume_.names().current());
    if (renamed) return {};
    return fail("the switch could not be made: its token is gone, or the link is not a link")
        .because(std::move(renamed).error());
  }));
  reach(Step::switched);
  return {};
}

Done Promoter::probe() {
  TRY(journaled("probe", [&]() -> Done {
    const std::string live = TRY(volume_.live());
    if (live != attempt().to) return fail("live is {} after the switch to {}", live, attempt().to);
    return probe_alias_leads_to(context_, TRY(identity_of(attempt().to)));
  }));
  reach(Step::probed);
  return {};
}

Done Promoter::let_go() {
  TRY(journaled("resume", [&] { return resume_with_retries(); }));
  reach(Step::resumed);
  return extend_lease(Millis(context_.target.verify_timeout) + after_hold_margin);
}

Done Promoter::verify() {
  TRY(journaled("verify", [&]() -> Done {
    const Verification found = verify_through_front_door(context_, volume_, TRY(identity_of(attempt().to)));
    attempt().verify = found.probes;
    if (found.ok) return {};
    if (!found.reached)
      return error(Kind::needs_operator, "the front door could not be reached: {}",
                   found.probes.back().detail);
    attempt().failed_verification = true;
    return error(Kind::rolled_back, "clients do not get what was promoted: {}", found.probes.back().detail);
  }));
  reach(Step::verified);
  return {};
}

Done Promoter::finish() {
  TRY(record_promotion());
  if (attempt().from.empty()) return {};
  return journaled("stop_previous", [&] { return stop_server(attempt().from); });
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

Done Promoter::stop_server(const std::string& id) {
  const FileLock lock = TRY(lock_home(context_.home));
  const Cluster cluster = volume_.cluster(id);
  if (!context_.seams.files.exists(cluster.data)) return {};  // removed by hand: nothing can run there
  TRY(set_door(context_.seams, cluster, volume_.production(Door::closed)));
  return stop(context_.seams, cluster);
}

Result<Identity> Promoter::identity_of(const std::string& id) const {
  const Manifest manifest = TRY(volume_.manifest(id));
  return Identity{manifest.id, manifest.build_uuid};
}

Done Promoter::resume_with_retries() {
  const Pooler pooler = pooler_of(context_.home, context_.target);
  constexpr int tries = 50;
  for (int left = tries;; --left) {
    Done resumed = resume(pooler, pooler.database, Millis(5000));
    if (resumed) break;
    if (left == 1) return resumed;
    // A pooler that was killed comes up unpaused.
    const FileLock lock = TRY(lock_home(context_.home));
    (void)ensure_pooler(context_.seams, context_.home, context_.target);
    context_.seams.clock.sleep(Millis(100));
  }
  if (attempt().hold_began_ms > 0) attempt().pause_ms += now_ms() - attempt().hold_began_ms;
  attempt().hold_began_ms = 0;
  attempt().paused_by_us = false;
  return {};
}

Done Promoter::still_allowed() {
  if (now_ms() >= attempt().lease.deadline_ms) return fail("the deadline has passed");
  if (!alive(attempt().lease.watchdog))
    return fail("the watchdog (process {}) is gone", attempt().lease.watchdog.pid);
  return {};
}

Done Promoter::extend_lease(Millis duration) {
  attempt().lease.deadline_ms = now_ms() + duration.count();
  return write();
}

Done Promoter::journaled(const std::string& step, const std::function<Done()>& effect) {
  attempt().steps.push_back({step, now_ms(), 0, true});
  TRY(write());
  const Millis began = context_.seams.clock.steady();
  Done done = effect();
  attempt().steps.back().ms = (context_.seams.clock.steady() - began).count();
  if (!done) return done;
  attempt().steps.back().intent = false;
  return {};
}

// Durable with the next entry, which comes before the next effect; so a step in the hold costs one write, not
// two.
void Promoter::reach(Step state) {
  attempt().state = state;
}

Done Promoter::write() {
  return write_journal(context_.seams.files, volume_.names().journal(), journal_);
}

}  // namespace slipway::swap
