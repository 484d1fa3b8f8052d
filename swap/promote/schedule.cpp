#include "swap/promote/schedule.hpp"

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "base/log.hpp"
#include "base/scope_keeper.hpp"
#include "swap/own_command.hpp"
#include "swap/promote/preview.hpp"

namespace slipway::swap {
namespace {

// A daemon that was away at the time does not promote hours later, when nobody expects it any more.
constexpr Millis most_late{15 * 60'000};
constexpr Millis child_limit{3'600'000};
constexpr Seconds farthest{400 * 86'400};

std::optional<std::int64_t> relative_ms(const std::string& text) {
  long long count = 0;
  char unit = 0, rest = 0;
  if (std::sscanf(text.c_str(), "+%lld%c%c", &count, &unit, &rest) != 2 || count < 0 || count > 40'000'000)
    return std::nullopt;
  switch (unit) {
    case 's':
      return count * 1000;
    case 'm':
      return count * 60'000;
    case 'h':
      return count * 3'600'000;
    case 'd':
      return count * 86'400'000;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> absolute_ms(const std::string& text) {
  for (const char* format : {"%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"}) {
    std::tm utc{};
    const char* end = ::strptime(text.c_str(), format, &utc);
    if (!end || *end != '\0') continue;
    std::tm same = utc;
    const std::int64_t seconds = ::timegm(&same);
    // timegm() makes March out of the 30th of February.
    if (same.tm_mday == utc.tm_mday && same.tm_mon == utc.tm_mon) return seconds * 1000;
  }
  return std::nullopt;
}

Result<std::unique_ptr<Engine>> hold(const Context& context, const std::string& actor) {
  std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->hold(actor));
  return engine;
}

// What is due now, taken out of the journal first: at most one start, whatever becomes of us.
Result<std::optional<Scheduled>> take_due(const Context& context) {
  const std::int64_t now = epoch_ms(context.seams.clock.now());
  const Journal seen = TRY(engine_of(context)->read_journal());
  if (!seen.scheduled || seen.scheduled->at_ms > now) return std::optional<Scheduled>();
  const std::unique_ptr<Engine> engine = TRY(hold(context, "the schedule"));
  Journal journal = TRY(engine->read_journal());
  if (!journal.scheduled || journal.scheduled->at_ms > now) return std::optional<Scheduled>();
  std::optional<Scheduled> due = std::exchange(journal.scheduled, std::nullopt);
  TRY(engine->write_journal(journal));
  return due;
}

std::vector<std::string> promote_words(const Scheduled& due) {
  std::vector<std::string> words = {"promote",       due.id,         "--json",
                                    "--quiet",       "--actor",      due.actor + " (scheduled)",
                                    "--expect-live", due.expect_live};
  for (const std::string& name : due.allow) words.insert(words.end(), {"--allow", name});
  return words;
}

Done start(const Context& context, const Scheduled& due) {
  const std::string what =
      fmt::format("the promotion of target {} to {} that {} had scheduled for {}", context.target.name,
                  due.id, due.actor, iso_time(from_epoch_ms(due.at_ms)));
  if (epoch_ms(context.seams.clock.now()) - due.at_ms > most_late.count())
    return fail("{} was missed: nobody was there to start it, and it is too late now", what)
        .next("Promote now, or schedule it again: swap promote --at TIME");
  Command command = TRY(own_command(context, promote_words(due)));
  let_reach_scope_keeper(command);
  command.limit = child_limit;
  const Finished finished = TRY(context.seams.processes.run(command));
  if (finished.status == 0) {
    log::info("{} is done", what);
    return {};
  }
  return fail("{} did not succeed (exit {}): {}", what, finished.status, finished.output)
      .next("See: swap history");
}

}  // namespace

Result<std::int64_t> time_ms_from(const std::string& text, WallTime now) {
  const std::optional<std::int64_t> later = relative_ms(text);
  const std::optional<std::int64_t> at = later ? epoch_ms(now) + *later : absolute_ms(text);
  if (!at)
    return error(Kind::usage, "`{}` is no time", text)
        .next("Expected is UTC, such as 2026-11-22T03:00Z, or from now on: +30m, +2h.");
  if (*at < epoch_ms(now)) return error(Kind::usage, "{} is in the past", iso_time(from_epoch_ms(*at)));
  if (*at > epoch_ms(now) + Millis(farthest).count())
    return error(Kind::usage, "{} is more than {} days away", iso_time(from_epoch_ms(*at)),
                 farthest.count() / 86'400);
  return *at;
}

Result<Scheduled> schedule(const Context& context, const Order& order, std::int64_t at_ms) {
  const nlohmann::json plan = TRY(preview(context, order));
  if (plan.at("to").is_null())
    return error(Kind::refused, "there is nothing to promote").next("See: swap list");
  TRY(refuse_failing(plan));
  const std::unique_ptr<Engine> engine = TRY(hold(context, order.actor));
  Journal journal = TRY(engine->read_journal());
  if (journal.scheduled)
    return error(Kind::refused, "a promotion to {} is scheduled already, for {}", journal.scheduled->id,
                 iso_time(from_epoch_ms(journal.scheduled->at_ms)))
        .next("Take it back first: swap promote --cancel");
  const std::string live = plan.at("from").is_null() ? "" : plan.at("from").get<std::string>();
  journal.scheduled =
      Scheduled{plan.at("to"), at_ms, order.actor, live, {order.allow.begin(), order.allow.end()}};
  TRY(engine->write_journal(journal));
  return *journal.scheduled;
}

Result<std::optional<Scheduled>> cancel_scheduled(const Context& context, const std::string& actor) {
  const std::unique_ptr<Engine> engine = TRY(hold(context, actor));
  Journal journal = TRY(engine->read_journal());
  std::optional<Scheduled> cancelled = std::exchange(journal.scheduled, std::nullopt);
  if (cancelled) TRY(engine->write_journal(journal));
  return cancelled;
}

Done promote_due(const Seams& seams, const config::Config& config, const Home& home) {
  std::optional<Error> failure;
  for (const auto& [name, target] : config.targets) {
    const Context context{seams, home, target};
    const Result<std::optional<Scheduled>> due = take_due(context);
    if (!due && due.error().kind() == Kind::busy) continue;  // at the next tick
    if (!due) failure = due.error();
    if (!due || !*due) continue;
    Done started = start(context, **due);
    if (!started) log::error("{}", started.error().text());
  }
  if (failure) return std::move(*failure);
  return {};
}

}  // namespace slipway::swap
