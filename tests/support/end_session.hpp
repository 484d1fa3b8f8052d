// Ends a session of PostgreSQL as an administrator or a crash would, and waits until it is gone: the server
// of version 13 does not wait by itself.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/pg/session.hpp"
#include "tests/support/must.hpp"

namespace slipway::test {

inline void end_session(pg::Session& admin, const std::string& pid) {
  must(admin.query("select pg_terminate_backend($1::int)", {pid}));
  for (int left = 6000; left > 0; --left) {
    if (must(admin.query("select from pg_stat_activity where pid = $1::int", {pid})).empty()) return;
    real_clock().sleep(Millis(5));
  }
  throw std::runtime_error("session " + pid + " does not end");
}

}  // namespace slipway::test
