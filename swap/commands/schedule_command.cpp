// `swap promote --at TIME`: a promotion for later, and taking it back.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "swap/commands/audited.hpp"
#include "swap/commands/common.hpp"
#include "swap/promote/schedule.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

json to_json(const Context& context, const std::optional<Scheduled>& scheduled, bool cancelled) {
  if (!scheduled) return json();
  return {{"target", context.target.name},
          {"to", scheduled->id},
          {"at", iso_time(from_epoch_ms(scheduled->at_ms))},
          {"state", cancelled ? "cancelled" : "scheduled"}};
}

void show(const CommonOptions& common, const json& data) {
  if (common.json) return print(stdout, data.dump() + "\n");
  if (data.is_null()) return print(stdout, "nothing was scheduled\n");
  print(stdout, fmt::format("{}: promotion of {} to {} at {}\n", data.at("state").get<std::string>(),
                            data.at("target").get<std::string>(), data.at("to").get<std::string>(),
                            data.at("at").get<std::string>()));
}

// Only the daemon's tick looks at the clock.
bool nobody_serves(const Context& context) {
  const Result<std::optional<FileLock>> lock = FileLock::try_take(context.home.names().serve_lock());
  return lock && lock->has_value();
}

}  // namespace

int run_schedule(const CommonOptions& common, const PromoteOptions& options) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    if (options.cancel) {
      const Change change{actor, "target.unschedule", "target " + context.target.name};
      return audited(context, change, [&]() -> Result<std::string> {
        const json data = to_json(context, TRY(cancel_scheduled(context, actor)), true);
        show(common, data);
        return data.is_null() ? std::string() : data.dump();
      });
    }
    const Result<std::int64_t> at_ms = time_ms_from(options.at, context.seams.clock.now());
    if (!at_ms) return complain(at_ms.error());
    const Change change{actor, "target.schedule", "target " + context.target.name};
    const int code = audited(context, change, [&]() -> Result<std::string> {
      const Scheduled scheduled = TRY(schedule(context, order_of(options, false, actor), *at_ms));
      const json data = to_json(context, scheduled, false);
      show(common, data);
      return data.dump();
    });
    if (code != 0) return code;
    if (nobody_serves(context)) print(stderr, "nobody would start it: run `slipway serve`\n");
    if (!common.quiet && !common.json) print(stderr, "swap promote --cancel\n");
    return 0;
  }));
}

}  // namespace slipway::swap
