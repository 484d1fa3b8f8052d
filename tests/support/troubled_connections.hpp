// Connections on which the Nth statement of all of them goes wrong: its process dies there, or it fails.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <memory>

#include "base/pg/connections.hpp"

namespace slipway::test {

enum class Trouble { die_before, fail_before, fail_after, fail_from_there_on };

class TroubledConnections : public pg::Connections {
 public:
  TroubledConnections(int nth, Trouble trouble) : counted_(std::make_shared<Counted>(nth, trouble)) {}

  Result<pg::Session> open(const std::string& conninfo, const pg::Options& options) override {
    pg::Session session = TRY(pg::real_connections().open(conninfo, options));
    session.interfere(counted_);
    return session;
  }
  int statements() const { return counted_->seen; }

 private:
  struct Counted : pg::Interference {
    Counted(int at, Trouble what) : nth(at), trouble(what) {}

    Done before(std::string_view sql) override {
      ++seen;
      if (seen == nth && trouble == Trouble::die_before) ::kill(::getpid(), SIGKILL);
      const bool fails = (seen == nth && trouble == Trouble::fail_before) ||
                         (seen >= nth && trouble == Trouble::fail_from_there_on);
      return fails ? Done(failure(sql)) : Done();
    }
    Done after(std::string_view sql) override {
      return seen == nth && trouble == Trouble::fail_after ? Done(failure(sql)) : Done();
    }
    static Error failure(std::string_view sql) {
      return fail("the test fails `{}`", sql.substr(0, 60)).sqlstate("58000");
    }

    int nth;
    Trouble trouble;
    int seen = 0;
  };

  std::shared_ptr<Counted> counted_;
};

}  // namespace slipway::test
