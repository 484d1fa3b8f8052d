// Locks on tables that users write: asked for briefly and again and again, because whoever waits for one
// makes everybody wait who comes after.
#pragma once

#include <functional>
#include <string>

#include "base/pg/session.hpp"

namespace slipway::swap::carry {

inline constexpr Millis lock_wait{300};
inline constexpr int lock_tries = 40;

// In a transaction of its own, committed.
Done with_lock(pg::Session& session, const std::string& what, const std::function<Done()>& act);
// In a transaction that stays open, and with it the lock; until `limit` has passed.
Done begin_with_lock(pg::Session& session, const std::string& what, const std::string& lock_sql,
                     Millis limit);

}  // namespace slipway::swap::carry
