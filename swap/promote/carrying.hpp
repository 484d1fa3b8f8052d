// What a promotion does about tables that users write: carry (swap/carry) between the two places of an
// attempt.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "swap/carry/carrier.hpp"
#include "swap/promote/plan.hpp"

namespace slipway::swap {

class Carrying {
 public:
  Carrying(const Context& context, Engine& engine) : context_(context), engine_(engine) {}

  // There are such tables, and a live snapshot that they come from.
  bool wanted(const Attempt& attempt) const;

  // Nobody is held yet.
  Done ahead(const Attempt& attempt);
  // While they are. What was carried is in the attempt afterwards; live's tables stay locked.
  Done last(Attempt& attempt);
  void let_go() { carrier_.reset(); }
  // After the switch and the hold.
  Done tidy(const Attempt& attempt);
  // After an attempt that did not switch. Where it began to carry, whoever it was.
  Done undo(const Attempt& attempt);

 private:
  Result<carry::Side> side(const std::string& id);

  Context context_;
  Engine& engine_;
  std::unique_ptr<carry::Carrier> carrier_;
};

// For a plan: live's tables that would be carried into that snapshot.
Result<nlohmann::json> carry_plan(const Context& context, Engine& engine, const Choice& choice);

}  // namespace slipway::swap
