#include "swap/promote/promote.hpp"

#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "swap/guardrails/inspect.hpp"
#include "swap/promote/attempt.hpp"
#include "swap/promote/receipt.hpp"

namespace slipway::swap {
namespace {

Receipt refusal(const Context& context, const Error& why) {
  Receipt receipt;
  receipt.target = context.target.name;
  receipt.reason = why.summary();
  receipt.next = why.next_step();
  switch (why.kind()) {
    case Kind::refused:
      receipt.outcome = Outcome::refused;
      break;
    case Kind::busy:
      receipt.outcome = Outcome::busy;
      break;
    case Kind::needs_operator:
      receipt.outcome = Outcome::needs_operator;
      break;
    default:
      receipt.outcome = Outcome::aborted;
  }
  return receipt;
}

Result<Choice> plan(const Context& context, const Order& order, Promoter& promoter) {
  Engine& engine = promoter.engine();
  const std::string live = TRY(engine.live());
  const std::vector<Snapshot> snapshots = TRY(snapshots_of(engine, promoter.journal(), live));
  Choice choice = TRY(choose(order.wish, snapshots, promoter.journal(), live));
  if (choice.to.empty()) return choice;
  const std::vector<Guardrail> all =
      TRY(inspect(context, engine, order.wish.direction, live, choice.to, Candidate::frozen));
  TRY(check(all, order.allow));
  choice.reshaped = reshapes(all);
  return choice;
}

Receipt unchanged(const Context& context, const Choice& choice) {
  Receipt receipt;
  receipt.target = context.target.name;
  receipt.from = receipt.to = choice.from;
  receipt.outcome = Outcome::unchanged;
  receipt.reason = choice.unchanged;
  return receipt;
}

Result<Promoter> promoter_of(const Context& context, const std::string& actor) {
  std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->hold(actor));
  Journal journal = TRY(engine->read_journal());
  return Promoter(context, std::move(engine), std::move(journal));
}

}  // namespace

Receipt promote(const Context& context, const Order& order) {
  Result<Promoter> promoter = promoter_of(context, order.actor);
  if (!promoter) return refusal(context, promoter.error());
  if (promoter->journal().under_way()) {
    Receipt left = promoter->settle_left_behind();
    if (left.outcome == Outcome::needs_operator) {
      const Done aside = promoter->set_aside(order);
      if (!aside) left.next += (left.next.empty() ? "" : " ") + aside.error().next_step();
      if (!aside) return left;
    }
  }
  const Result<Choice> choice = plan(context, order, *promoter);
  if (!choice) return refusal(context, choice.error());
  if (choice->to.empty()) return unchanged(context, *choice);
  return promoter->run(*choice, order);
}

Result<std::optional<Receipt>> recover(const Context& context, const std::string& actor) {
  if (!TRY(engine_of(context)->read_journal()).under_way()) return std::optional<Receipt>();
  Promoter promoter = TRY(promoter_of(context, actor));
  if (!promoter.journal().under_way()) return std::optional<Receipt>();
  return std::optional<Receipt>(promoter.settle_left_behind());
}

Done recover_all(const Seams& seams, const config::Config& config, const Home& home) {
  std::string failing;
  for (const auto& [name, target] : config.targets) {
    const Context context{seams, home, target};
    const Result<std::optional<Receipt>> recovered = recover(context, "recovery");
    if (!recovered && recovered.error().kind() == Kind::busy) continue;  // its promoter is at work
    if (!recovered) failing += fmt::format(" {}: {}.", name, recovered.error().summary());
    if (recovered && *recovered && (*recovered)->outcome == Outcome::needs_operator)
      failing += fmt::format(" {}: {}.", name, (*recovered)->reason);
  }
  if (failing.empty()) return {};
  return error(Kind::needs_operator, "not every target could be recovered:{}", failing)
      .next("See: swap status");
}

}  // namespace slipway::swap
