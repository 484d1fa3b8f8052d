#include "swap/notices/tell.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "swap/notices/changes.hpp"
#include "swap/notices/channel.hpp"
#include "swap/notices/send.hpp"
#include "swap/servers/control.hpp"

namespace slipway::swap {
namespace {

constexpr Millis daemon_budget{30'000};
constexpr Millis command_budget{5'000};

pg::Options options(Seconds connect_limit, Millis call_limit) {
  pg::Options options;
  options.connect_limit = connect_limit;
  options.call_limit = call_limit;
  options.application_name = "slipway notices";
  return options;
}

bool daemon_runs(const Home& home) {
  const Result<std::optional<FileLock>> lock = FileLock::try_take(home.names().serve_lock());
  return lock && !lock->has_value();
}

Done send_here(const Seams& seams, const config::Config& config, const Home& home, pg::Session& control) {
  if (daemon_runs(home)) return {};
  return send_due(control, seams.clock, config, command_budget);
}

Done tell(const Context& context, const config::Config& config, const Receipt* receipt) {
  pg::Session control = TRY(reach_control(context.seams, context.home));
  const std::vector<notices::Receiver> receivers = receivers_of(config);
  if (receipt)
    TRY(enter_receipt(control, to_json(*receipt), receivers, "command", context.seams.clock.now()));
  // Where it is stuck its journal may be out of reach, and waiting for that helps nobody.
  if (!receipt || receipt->outcome != Outcome::needs_operator)
    TRY(Mirror().catch_up(control, context, receivers));
  return send_here(context.seams, config, context.home, control);
}

void complain(const config::Config& config, const Done& told) {
  if (told) return;
  if (config.notify.empty())
    return log::info("the control database did not take the history: {}", told.error().summary());
  log::warning(
      "notices could not be sent: {}; what has a receipt (swap history) is told by the next command "
      "or by slipway serve",
      told.error().summary());
}

}  // namespace

Result<pg::Session> reach_control(const Seams& seams, const Home& home) {
  pg::Session control = TRY(seams.connections.open(conninfo(control_cluster(home), control_database),
                                                   options(Seconds(2), Millis(3000))));
  const pg::Rows found = TRY(control.query("select to_regclass('slipway.notices') is not null"));
  if (found.truth(0, 0)) return control;
  return fail("the control database is from an older version")
      .next("Any slipway command brings it up to date.");
}

Done Teller::round(const Home& home, const std::stop_token& stop) {
  if (!session_ || !session_->usable())
    session_ = TRY(seams_.connections.open(control_, options(Seconds(5), Millis(30'000))));
  const std::vector<notices::Receiver> receivers = receivers_of(config_);
  std::optional<Error> unread;
  for (const auto& [name, target] : config_.targets) {
    Done mirrored = mirror_.catch_up(*session_, {seams_, home, target}, receivers);
    if (!mirrored) unread = fail("target {}", name).because(std::move(mirrored).error());
  }
  TRY(enter_jobs(*session_, receivers));
  TRY(enter_changes(*session_, seams_, home));
  TRY(send_due(*session_, seams_.clock, config_, daemon_budget, stop));
  for (const std::string& lost : TRY(notices::clear_old(*session_)))
    log::error("a notice is given up: {}", lost);
  if (unread) return std::move(*unread);
  return {};
}

void tell_at_end(const Context& context, const config::Config& config, const Receipt* receipt) {
  complain(config, tell(context, config, receipt));
}

void tell_at_end(const Seams& seams, const config::Config& config, const Home& home) {
  const auto told = [&]() -> Done {
    pg::Session control = TRY(reach_control(seams, home));
    TRY(enter_jobs(control, receivers_of(config)));
    return send_here(seams, config, home, control);
  };
  complain(config, told());
}

}  // namespace slipway::swap
