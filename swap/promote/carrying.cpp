#include "swap/promote/carrying.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.hpp"

namespace slipway::swap {

bool Carrying::wanted(const Attempt& attempt) const {
  return !context_.target.carry.empty() && !attempt.from.empty();
}

Result<carry::Side> Carrying::side(const std::string& id) {
  return carry::Side{TRY(engine_.place(id)), id};
}

Done Carrying::ahead(const Attempt& attempt) {
  carry::Order order;
  order.live = TRY(side(attempt.from));
  order.candidate = TRY(side(attempt.to));
  order.patterns = context_.target.carry;
  // Also by its id: what was live once, and is older.
  order.back = attempt.kind != "promote" || attempt.to < attempt.from;
  order.hold_limit = context_.target.deadline;
  const Disk disk = TRY(engine_.disk());
  if (disk.total_bytes > 0) order.free_bytes = disk.free_bytes;
  carrier_ = TRY(carry::Carrier::open(context_.seams.connections, std::move(order)));
  for (const std::string& note : carrier_->notes()) log::info("target {}: {}", context_.target.name, note);
  return carrier_->copy_ahead();
}

Done Carrying::last(Attempt& attempt) {
  TRY(carrier_->hold_and_finish());
  for (const carry::Carried& one : carrier_->carried())
    attempt.carried[one.table] = one.how == carry::How::since
                                     ? one.counts.inserted + one.counts.updated + one.counts.deleted
                                     : one.counts.rows;
  return {};
}

Done Carrying::tidy(const Attempt& attempt) {
  return carry::tidy(context_.seams.connections, TRY(engine_.place(attempt.to)));
}

Done Carrying::undo(const Attempt& attempt) {
  let_go();
  const bool began = std::any_of(attempt.steps.begin(), attempt.steps.end(),
                                 [](const JournalStep& step) { return step.step == "carry_ahead"; });
  if (!began || attempt.from.empty()) return {};
  return carry::undo(context_.seams.connections, TRY(side(attempt.from)), TRY(side(attempt.to)));
}

Result<nlohmann::json> carry_plan(const Context& context, Engine& engine, const Choice& choice) {
  nlohmann::json found = nlohmann::json::array();
  if (context.target.carry.empty() || choice.from.empty() || choice.to.empty()) return found;
  const carry::Side live{TRY(engine.place(choice.from)), choice.from};
  for (const carry::Prospect& one :
       TRY(carry::look_at_live(context.seams.connections, live, context.target.carry, choice.to)))
    found.push_back({{"table", one.table},
                     {"how", carry::name(one.how)},
                     {"rows", one.rows},
                     {"bytes", one.bytes},
                     {"changed", one.changed}});
  return found;
}

}  // namespace slipway::swap
