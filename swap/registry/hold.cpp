// Taking and losing the lock of a target.
#include <signal.h>
#include <unistd.h>

#include "base/log.hpp"
#include "swap/registry/registry.hpp"

namespace slipway::swap {
namespace {

constexpr Millis lease_grace{5000};
constexpr Millis death_limit{30'000};

std::string host_name() {
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
  return name;
}

// PostgreSQL keeps 63 bytes of it.
std::string signature(const std::string& actor) {
  return fmt::format("swap: process {} ({}) on {}", ::getpid(), actor, host_name());
}

}  // namespace

Error Registry::busy(const std::optional<Holder>& holder) const {
  return error(Kind::busy, "{} is held by {}", place_.what(), holder ? holder->name : "somebody else")
      .next("Look at `swap status`, and try again when it has ended.");
}

Done Registry::hold(const std::string& actor) {
  if (holding_) return {};
  TRY(make());
  signature_ = signature(actor);
  TRY(take_lock());
  holding_ = true;
  known_ = {TRY(journal_text_in(lock_->session())), {}};
  return {};
}

Result<bool> Registry::try_lock() {
  lock_ = TRY(LockSession::try_take(seams_, place_, key_, signature_));
  if (lock_) token_ = lock_->token();
  return lock_.has_value();
}

Done Registry::take_lock() {
  if (TRY(try_lock())) return {};
  const std::optional<Holder> holder = TRY(holder_of(*TRY(reader()), key_));
  if (holder && !TRY(end_expired_holder(*holder))) return busy(holder);
  if (TRY(try_lock())) return {};
  return busy(TRY(holder_of(*TRY(reader()), key_)));
}

// A holder that sits on an expired lease is ended, as its watchdog would have done: the process where it is
// one of this host, and its session in any case.
Result<bool> Registry::end_expired_holder(const Holder& holder) {
  const Journal journal = TRY(parsed(TRY(journal_text_in(*TRY(reader())))));
  if (!journal.under_way()) return false;
  const Lease& lease = journal.attempt->lease;
  if (lease.left(seams_.clock) + lease_grace > Millis(0) || lease.promoter == this_process()) return false;
  log::warning("{} sits on an expired lease of {}; ending it", holder.name, place_.what());
  if (lease.boot_id == boot_id()) {
    TRY(send_signal(lease.promoter, SIGKILL));
    if (!wait_for_end(lease.promoter, death_limit))
      return fail("process {} does not die", lease.promoter.pid);
  }
  if (holder.token.empty())
    return fail("{} sits on an expired lease of {}, and the role of `server` may not see its session",
                holder.name, place_.what())
        .next(
            "Promote with one and the same role, or make it a member of pg_read_all_stats and "
            "pg_signal_backend.");
  TRY(end_session(seams_.clock, *TRY(reader()), holder.token));
  return true;
}

void Registry::release() {
  lock_.reset();
  holding_ = false;
  known_ = {};
}

Result<std::string> Registry::token() {
  if (!holding_) return fail("{} has no token without its lock", place_.what());
  TRY(session());
  return token_;
}

Done Registry::revoke(const std::string& token) {
  if (token.empty()) return {};
  if (lock_ && lock_->token() == token && lock_->stands()) return {};
  return end_session(seams_.clock, *TRY(reader()), token);
}

// A lost session has lost the lock with it. Whoever had it meanwhile has written the journal.
Done Registry::regain() {
  log::warning("the session that held {} was lost; taking its lock again", place_.what());
  lock_.reset();
  TRY(end_session(seams_.clock, *TRY(reader()), token_));
  const Known ours = known_;
  if (!TRY(try_lock())) return busy(TRY(holder_of(*TRY(reader()), key_)));
  const std::string text = TRY(journal_text_in(lock_->session()));
  if (text == ours.journal || (!ours.sent.empty() && text == ours.sent)) {
    known_ = {text, {}};
    return {};
  }
  lock_.reset();
  return error(Kind::busy, "the session that held {} was lost, and somebody else has promoted since",
               place_.what())
      .next("See: swap status");
}

}  // namespace slipway::swap
