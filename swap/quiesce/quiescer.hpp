// Something that can be held still for the moment of the switch, and let go again: a pooler, services,
// deployments, or whatever two commands do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace slipway::swap {

class Quiescer {
 public:
  virtual ~Quiescer() = default;

  // For steps, receipts and errors: "pgbouncer:portal", "systemd:portal-api.service".
  virtual std::string name() const = 0;
  // Before anybody is held: what would keep it from working is an error; what an operator should know is a
  // line.
  virtual Result<std::vector<std::string>> look() = 0;
  // What resume() will need to know of how things are now (replicas, say), as one line of text. It is in the
  // journal before pause() is called, so that somebody else can resume.
  virtual Result<std::string> remember() = 0;
  // Held still when it returns; an error within the limit otherwise, and then nothing of it is held. Only an
  // error of Kind::needs_operator means that something of it may be.
  virtual Done pause(const std::string& memo, Millis limit) = 0;
  // While held: the connections that it keeps for clients are closed. What keeps none has nothing to do.
  virtual Done close_clients(Millis) { return {}; }
  // May be called by another process than the one that paused, and more than once: not held is what was
  // wanted.
  virtual Done resume(const std::string& memo, Millis limit) = 0;
};

}  // namespace slipway::swap
