#include "swap/promote/promote.hpp"

#include <nlohmann/json.hpp>

#include "swap/promote/attempt.hpp"
#include "swap/promote/hold.hpp"
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

Result<Choice> plan(const Context& context, const Order& order, const Promoter& promoter) {
  const std::string live = TRY(promoter.volume().live());
  const std::vector<Snapshot> snapshots = TRY(promoter.volume().snapshots(promoter.journal()));
  Choice choice = TRY(choose(order.wish, snapshots, promoter.journal(), live));
  if (choice.to.empty()) return choice;
  const Manifest candidate = TRY(promoter.volume().manifest(choice.to));
  std::optional<Manifest> now;
  if (!live.empty()) now = TRY(promoter.volume().manifest(live));
  TRY(check(guardrails(context.target.guardrails, order.wish.direction, candidate, now ? &*now : nullptr),
            order.allow));
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
  Held held = TRY(hold_target(context, actor));
  return Promoter(context, std::move(held.lock), std::move(held.journal));
}

}  // namespace

Receipt promote(const Context& context, const Order& order) {
  Result<Promoter> promoter = promoter_of(context, order.actor);
  if (!promoter) return refusal(context, promoter.error());
  if (promoter->journal().under_way()) {
    const Receipt left = promoter->settle_left_behind();
    if (left.outcome == Outcome::needs_operator) return left;
  }
  const Result<Choice> choice = plan(context, order, *promoter);
  if (!choice) return refusal(context, choice.error());
  if (choice->to.empty()) return unchanged(context, *choice);
  return promoter->run(*choice, order.wish.direction == Direction::back ? "rollback" : "promote",
                       order.actor);
}

Result<std::optional<Receipt>> recover(const Context& context, const std::string& actor) {
  const TargetNames names = target_names(context.home.names(), context.target.name);
  const Journal journal = TRY(read_journal(context.seams.files, names.journal()));
  if (!journal.under_way()) return std::optional<Receipt>();
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
