#include "swap/carry/locks.hpp"

#include <fmt/core.h>

#include <random>

#include "base/clock.hpp"

namespace slipway::swap::carry {
namespace {

constexpr std::string_view lock_not_available = "55P03";
constexpr std::string_view deadlock = "40P01";

bool may_try_again(const Error& error) {
  return error.sqlstate() == lock_not_available || error.sqlstate() == deadlock;
}

// Not in step with whatever comes at regular times.
void wait_a_moment() {
  static thread_local std::mt19937 random{std::random_device{}()};
  real_clock().sleep(Millis(std::uniform_int_distribution<int>(50, 250)(random)));
}

Error taken(const std::string& what, Error last) {
  return fail("{} stayed locked by others", what)
      .because(std::move(last))
      .next("Look for long transactions that write there: select * from pg_stat_activity.");
}

std::string begin_sql() {
  return fmt::format("begin; set local lock_timeout = {}", lock_wait.count());
}

}  // namespace

Done with_lock(pg::Session& session, const std::string& what, const std::function<Done()>& act) {
  for (int left = lock_tries;; --left) {
    TRY(session.script(begin_sql()));
    Done done = act();
    if (done) {
      TRY(session.script("commit"));
      return {};
    }
    TRY(session.script("rollback"));
    if (!may_try_again(done.error())) return done;
    if (left == 1) return taken(what, std::move(done).error());
    wait_a_moment();
  }
}

Done begin_with_lock(pg::Session& session, const std::string& what, const std::string& lock_sql,
                     Millis limit) {
  const Millis deadline = real_clock().steady() + limit;
  while (true) {
    TRY(session.script(begin_sql()));
    Result<pg::Rows> locked = session.script(lock_sql);
    if (locked) return {};
    TRY(session.script("rollback"));
    if (!may_try_again(locked.error())) return std::move(locked).error();
    if (real_clock().steady() >= deadline) return taken(what, std::move(locked).error());
    wait_a_moment();
  }
}

}  // namespace slipway::swap::carry
