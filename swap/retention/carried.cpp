#include "swap/retention/carried.hpp"

#include "base/log.hpp"
#include "swap/carry/shorten.hpp"

namespace slipway::swap {
namespace {

// Production answers beside it.
const pg::Options unhurried{.connect_limit = Seconds(5), .call_limit = Millis(600'000)};

Done shorten_logs_of(const Context& context) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  const std::string live = TRY(engine->live());
  if (live.empty()) return {};
  pg::Session session = TRY(enter(context.seams, TRY(engine->place(live)), unhurried));
  const std::int64_t removed = TRY(carry::shorten_logs(session));
  if (removed > 0)
    log::info("target {}: {} changes of carried rows need not be kept: the same rows have changed again",
              context.target.name, removed);
  return {};
}

}  // namespace

Done shorten_all_logs(const Seams& seams, const config::Config& config, const Home& home) {
  for (const auto& [name, target] : config.targets)
    if (!target.carry.empty()) TRY(shorten_logs_of({seams, home, target}));
  return {};
}

}  // namespace slipway::swap
