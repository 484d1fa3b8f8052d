// One attempt to change what is live, step by step: intent before effect, and one way out of every failure,
// which is the same one that recovery takes.
#pragma once

#include <functional>
#include <string>

#include "base/files.hpp"
#include "swap/promote/promote.hpp"
#include "swap/promote/verify.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {

// Whoever holds the target's lock works on its journal through this.
class Promoter {
 public:
  Promoter(const Context& context, FileLock lock, Journal journal)
      : context_(context),
        volume_(context_.seams, context_.home, context_.target),
        lock_(std::move(lock)),
        journal_(std::move(journal)) {}

  const Volume& volume() const { return volume_; }
  const Journal& journal() const { return journal_; }

  // From planned to an end state.
  Receipt run(const Choice& choice, const std::string& kind, const std::string& actor);
  // An attempt that somebody left under way, to an end state.
  Receipt settle_left_behind();

 private:
  Done begin(const Choice& choice, const std::string& kind, const std::string& actor);
  Done arm(Attempt& attempt);
  Done forward();
  Done guard();
  Done quiesce();
  Done flip();
  Done probe();
  Done let_go();
  Done verify();
  Done finish();

  Receipt settle(std::optional<Error> why);
  Receipt settle_before_switch(const Error& why);
  Receipt settle_after_switch(std::optional<Error> why);
  Receipt go_back(const Error& why);
  Receipt back_to_nothing(const Error& why);
  Receipt end(Step state, Outcome outcome);
  Receipt stuck(const Error& why);

  Done journaled(const std::string& step, const std::function<Done()>& effect);
  void reach(Step state);
  Done write();
  Done still_allowed();
  Done extend_lease(Millis duration);
  Done resume_with_retries();
  Done record_promotion();
  Done stop_server(const std::string& id);
  Result<Identity> identity_of(const std::string& id) const;
  Attempt& attempt() { return *journal_.attempt; }
  std::int64_t now_ms() const { return epoch_ms(context_.seams.clock.now()); }

  const Context& context_;
  Volume volume_;
  FileLock lock_;
  Journal journal_;
};

}  // namespace slipway::swap
