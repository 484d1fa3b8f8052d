#include "swap/commands/view.hpp"

#include <nlohmann/json.hpp>

#include "migrations/notices.hpp"
#include "swap/notices/tell.hpp"
#include "swap/promote/receipt.hpp"

namespace slipway::swap {

using nlohmann::json;

std::string_view mode_name(config::Mode mode) {
  switch (mode) {
    case config::Mode::volume:
      return "volume";
    case config::Mode::database:
      return "database";
    case config::Mode::schema:
      return "schema";
  }
  return "unknown";
}

namespace {

json dated(const Journal& journal, const std::string& id) {
  if (id.empty()) return json();
  json out = {{"id", id}, {"promoted_at", nullptr}};
  const auto record = journal.snapshots.find(id);
  if (record != journal.snapshots.end() && record->second.live_since_ms > 0)
    out["promoted_at"] = iso_time(from_epoch_ms(record->second.live_since_ms));
  return out;
}

json promotion(const Journal& journal) {
  if (!journal.under_way()) return json();
  const Attempt& a = *journal.attempt;
  return {{"epoch", a.epoch},
          {"kind", a.kind},
          {"from", a.from.empty() ? json() : json(a.from)},
          {"to", a.to},
          {"state", name(a.state)},
          {"actor", a.actor},
          {"started_at", iso_time(from_epoch_ms(a.started_ms))},
          {"promoter", a.lease.promoter.pid},
          {"promoter_alive", alive(a.lease.promoter)},
          {"reason", a.reason}};
}

json scheduled(const Journal& journal) {
  if (!journal.scheduled) return json();
  const Scheduled& later = *journal.scheduled;
  return {{"to", later.id}, {"at", iso_time(from_epoch_ms(later.at_ms))}, {"actor", later.actor}};
}

// Why it cannot be promoted: it failed, it is damaged, or clients did not get what it was to be.
std::string why_not(const Snapshot& s, const Journal& journal) {
  if (!s.manifest.failure.empty()) return s.manifest.failure;
  const auto record = journal.snapshots.find(s.manifest.id);
  return record != journal.snapshots.end() && record->second.bad ? record->second.bad_reason : std::string();
}

struct Facts {
  Journal journal;
  std::string live;
  std::vector<Snapshot> snapshots;
};

Result<Facts> look(const Context& context) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  Journal journal = TRY(engine->read_journal());
  std::string live = TRY(engine->live());
  std::vector<Snapshot> snapshots = TRY(snapshots_of(*engine, journal, live));
  return Facts{std::move(journal), std::move(live), std::move(snapshots)};
}

}  // namespace

Result<json> status_view(const Context& context) {
  const Facts facts = TRY(look(context));
  json candidates = json::array();
  for (const Snapshot& s : facts.snapshots)
    if (s.state == SnapshotState::ready && s.manifest.id > facts.live)
      candidates.push_back({{"id", s.manifest.id}, {"state", name(s.state)}, {"bytes", s.manifest.bytes}});
  return json{
      {"target", context.target.name},
      {"mode", mode_name(context.target.mode)},
      {"live", dated(facts.journal, facts.live)},
      {"previous", dated(facts.journal, facts.live.empty() ? "" : previous_of(facts.journal, facts.live))},
      {"candidates", candidates},
      {"promotion", promotion(facts.journal)},
      {"scheduled", scheduled(facts.journal)}};
}

json untold_view(const Context& context) {
  const auto ask = [&]() -> Result<std::vector<notices::Trouble>> {
    pg::Session control = TRY(reach_control(context.seams, context.home));
    return notices::troubles(control);
  };
  const Result<std::vector<notices::Trouble>> troubles = ask();
  if (!troubles) return nullptr;
  json untold = json::array();
  for (const notices::Trouble& one : *troubles)
    untold.push_back(
        {{"channel", one.channel}, {"waiting", one.waiting}, {"given_up", one.given_up}, {"why", one.why}});
  return untold;
}

Result<json> list_view(const Context& context) {
  const Facts facts = TRY(look(context));
  json list = json::array();
  for (const Snapshot& s : facts.snapshots)
    list.push_back({{"id", s.manifest.id},
                    {"state", name(s.state)},
                    {"bytes", s.manifest.bytes},
                    {"created_at", iso_time(from_epoch_ms(s.manifest.created_ms))},
                    {"pinned", s.pinned},
                    {"rows", s.manifest.rows}});
  for (std::size_t at = 0; at < list.size(); ++at)
    if (const std::string why = why_not(facts.snapshots[at], facts.journal); !why.empty())
      list[at]["why"] = why;
  return list;
}

Result<json> history_view(const Context& context) {
  return json(TRY(kept_receipts(*engine_of(context))));
}

}  // namespace slipway::swap
