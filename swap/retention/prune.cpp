#include "swap/retention/prune.hpp"

#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "base/log.hpp"
#include "swap/notices/changes.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

Result<Retention> decide(const Context& context, Engine& engine, Prune how, const std::string& actor) {
  TRY(engine.hold(actor));
  const Journal journal = TRY(engine.read_journal());
  const std::string live = TRY(engine.live());
  const Retention retention =
      plan_retention(context.target.keep, TRY(snapshots_of(engine, journal, live)), journal, live,
                     epoch_ms(context.seams.clock.now()), TRY(engine.disk()));
  if (how == Prune::remove)
    for (const Verdict& one : retention.removed) TRY(engine.bury(one.id));
  engine.release();
  return retention;
}

constexpr Millis between_tries{100};
constexpr int hold_tries = 600;

}  // namespace

Done throw_away(const Context& context, Engine& engine, Build& build, const std::string& actor) {
  TRY(engine.discard(build, "it was a trial"));
  Done held = engine.hold(actor);
  for (int left = hold_tries; !held && held.error().kind() == Kind::busy && left > 0; --left) {
    context.seams.clock.sleep(between_tries);
    held = engine.hold(actor);
  }
  TRY(std::move(held));
  TRY(engine.bury(build.manifest.id));
  engine.release();
  return engine.remove_buried();
}

Result<Retention> prune(const Context& context, Prune how, const std::string& actor) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  Retention retention = TRY(decide(context, *engine, how, actor));
  // Not under the target's lock: a large snapshot takes its time, and a promotion need not wait for it.
  if (how == Prune::remove) TRY(engine->remove_buried());
  return retention;
}

namespace {

// As the daemon does it, for whom nobody else writes the audit.
Result<Retention> prune_audited(const Context& context) {
  Change change{"retention", "target.prune", "target " + context.target.name};
  KeptChange kept = TRY(KeptChange::begin(context.seams, context.home, std::move(change)));
  Result<Retention> retention = prune(context, Prune::remove, "retention");
  if (!retention) {
    TRY(kept.end(retention.error().kind() == Kind::busy ? "busy" : "failed"));
    return retention;
  }
  json removed = json::array();
  for (const Verdict& one : retention->removed) removed.push_back({{"id", one.id}, {"why", one.why}});
  TRY(removed.empty() ? kept.forget() : kept.end("done", json{{"removed", removed}}.dump()));
  return retention;
}

}  // namespace

Done prune_all(const Seams& seams, const config::Config& config, const Home& home) {
  for (const auto& [name, target] : config.targets) {
    const bool nothing_built = !TRY(seams.files.is_there(target_names(home.names(), name).snapshots()));
    if (target.mode == config::Mode::volume && nothing_built) continue;
    const Context context{seams, home, target};
    const Result<Retention> planned = prune(context, Prune::dry_run, "retention");
    if (!planned && planned.error().kind() == Kind::busy) continue;
    if (!planned) return planned.error();
    if (planned->removed.empty()) continue;
    const Result<Retention> retention = prune_audited(context);
    if (!retention && retention.error().kind() == Kind::busy) continue;
    if (!retention) return retention.error();
    for (const Verdict& one : retention->removed)
      log::info("target {}: removed snapshot {}: {}", name, one.id, one.why);
  }
  return {};
}

Done mark(const Context& context, Mark mark, const std::string& id, const std::string& actor) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->hold(actor));
  Journal journal = TRY(engine->read_journal());
  if (journal.under_way())
    return error(Kind::busy, "a promotion of target {} was interrupted", context.target.name)
        .next("First: swap recover");
  TRY(engine->manifest(id));
  SnapshotRecord& record = journal.snapshots[id];
  switch (mark) {
    case Mark::pin:
      record.pinned = true;
      break;
    case Mark::unpin:
      record.pinned = false;
      break;
    case Mark::unmark:
      if (!record.bad)
        return error(Kind::refused, "snapshot {} is not marked as bad", id).next("See: swap list");
      record.bad = false;
      record.bad_reason.clear();
      break;
  }
  return engine->write_journal(journal);
}

}  // namespace slipway::swap
