#include "swap/retention/plan.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace slipway::swap {
namespace {

// What no rule and no lack of space may take.
std::optional<std::string> held(const Snapshot& s, const Journal& journal, const std::string& live,
                                const std::string& previous) {
  if (s.state == SnapshotState::live) return "live";
  if (s.manifest.id == previous) return "previous: a rollback goes to it";
  if (s.pinned) return "pinned";
  if (s.manifest.state == SnapshotState::bad) return "damaged: what it is is not known";
  if (s.manifest.adopted) return "adopted: Slipway did not build it";
  if (s.state == SnapshotState::building) return "being built";
  const bool in_use =
      journal.under_way() && (s.manifest.id == journal.attempt->from || s.manifest.id == journal.attempt->to);
  if (in_use) return "a promotion under way uses it";
  if (s.state == SnapshotState::ready && s.manifest.id > live) return "ready, and newer than live";
  return std::nullopt;
}

bool good(const Snapshot& s) {
  return s.state == SnapshotState::live || s.state == SnapshotState::ready ||
         s.state == SnapshotState::retired;
}

std::string age_text(std::int64_t ms) {
  const std::int64_t hours = ms / 3'600'000;
  return hours < 48 ? fmt::format("{} h", hours) : fmt::format("{} d", hours / 24);
}

// What the rules say of a snapshot that nothing holds; `place` counts the good ones (or the others) from the
// newest, 1.
Verdict by_rule(const config::Keep& keep, const Snapshot& s, int place, std::int64_t now_ms, bool& keeps) {
  const std::int64_t age_ms = now_ms - s.manifest.created_ms;
  const std::string& id = s.manifest.id;
  keeps = true;
  if (place <= keep.last) return {id, fmt::format("one of the last {}", keep.last)};
  if (keep.within && age_ms <= Millis(*keep.within).count())
    return {id, fmt::format("{} old, within {}", age_text(age_ms), age_text(Millis(*keep.within).count()))};
  keeps = false;
  return {id, fmt::format("{}, {} old, not one of the last {}", name(s.state), age_text(age_ms), keep.last)};
}

// Below the wanted free space the oldest go that only a rule keeps.
void make_room(const config::Keep& keep, const Disk& disk, std::map<std::string, std::uint64_t>& bytes,
               std::vector<Verdict>& by_rules, Retention& retention) {
  if (!keep.min_free_percent || disk.total_bytes == 0) return;
  double free = static_cast<double>(disk.free_bytes);
  for (const Verdict& one : retention.removed) free += static_cast<double>(bytes[one.id]);
  const double wanted = static_cast<double>(disk.total_bytes) * *keep.min_free_percent / 100;
  while (free < wanted && !by_rules.empty()) {
    const std::string id = by_rules.front().id;
    retention.removed.push_back(
        {id, fmt::format("less than {}% of the disk is free", *keep.min_free_percent)});
    free += static_cast<double>(bytes[id]);
    by_rules.erase(by_rules.begin());
  }
}

void sort_by_id(std::vector<Verdict>& verdicts) {
  std::sort(verdicts.begin(), verdicts.end(), [](const Verdict& a, const Verdict& b) { return a.id < b.id; });
}

}  // namespace

Retention plan_retention(const config::Keep& keep, const std::vector<Snapshot>& snapshots,
                         const Journal& journal, const std::string& live, std::int64_t now_ms,
                         const Disk& disk) {
  Retention retention;
  std::vector<Verdict> by_rules;
  std::map<std::string, std::uint64_t> bytes;
  const std::string previous = live.empty() ? std::string() : previous_of(journal, live);
  int good_ones = 0, others = 0;
  for (auto s = snapshots.rbegin(); s != snapshots.rend(); ++s) {
    const int place = good(*s) ? ++good_ones : ++others;
    bytes[s->manifest.id] = s->manifest.bytes;
    if (const auto why = held(*s, journal, live, previous)) {
      retention.kept.push_back({s->manifest.id, *why});
      continue;
    }
    bool keeps = false;
    Verdict verdict = by_rule(keep, *s, place, now_ms, keeps);
    (keeps ? by_rules : retention.removed).push_back(std::move(verdict));
  }
  sort_by_id(by_rules);
  make_room(keep, disk, bytes, by_rules, retention);
  retention.kept.insert(retention.kept.end(), by_rules.begin(), by_rules.end());
  sort_by_id(retention.kept);
  sort_by_id(retention.removed);
  return retention;
}

}  // namespace slipway::swap
