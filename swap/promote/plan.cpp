#include "swap/promote/plan.hpp"

#include <algorithm>

namespace slipway::swap {
namespace {

const Snapshot* find(const std::vector<Snapshot>& snapshots, const std::string& id) {
  const auto found = std::find_if(snapshots.begin(), snapshots.end(),
                                  [&](const Snapshot& s) { return s.manifest.id == id; });
  return found == snapshots.end() ? nullptr : &*found;
}

// The newest ready snapshot that is newer than live and was never live.
std::string default_candidate(const std::vector<Snapshot>& snapshots, const std::string& live) {
  std::string best;
  for (const Snapshot& s : snapshots)
    if (s.state == SnapshotState::ready && s.manifest.id > live && s.manifest.id > best) best = s.manifest.id;
  return best;
}

Result<std::string> wanted_id(const Wish& wish, const std::vector<Snapshot>& snapshots,
                              const Journal& journal, const std::string& live) {
  if (!wish.id.empty()) return wish.id;
  if (wish.direction == Direction::forward) return default_candidate(snapshots, live);
  std::string previous = live.empty() ? std::string() : previous_of(journal, live);
  if (previous.empty())
    return error(Kind::refused, "there is nothing to go back to")
        .next("`swap list` shows every snapshot; any good one can be promoted by its id: swap promote ID");
  return previous;
}

Done check_state(const std::vector<Snapshot>& snapshots, const std::string& id) {
  const Snapshot* snapshot = find(snapshots, id);
  if (!snapshot) return error(Kind::refused, "there is no snapshot {}", id).next("See: swap list");
  if (snapshot->state == SnapshotState::ready || snapshot->state == SnapshotState::retired) return {};
  const std::string why = snapshot->manifest.failure.empty() ? "" : ": " + snapshot->manifest.failure;
  return error(Kind::refused, "snapshot {} is {}{}", id, name(snapshot->state), why)
      .next("Only snapshots that are ready or retired can be promoted. See: swap list");
}

Guardrail at_least(std::string name, std::int64_t now, std::int64_t live, double percent,
                   const std::string& what) {
  const double least = static_cast<double>(live) * percent / 100;
  return {std::move(name), static_cast<double>(now) >= least,
          fmt::format("{}: {} now, {} in live, at least {}% wanted", what, now, live, percent)};
}

Guardrail rows_against(const config::Guardrails& limits, const Manifest& candidate, const Manifest& live) {
  for (const auto& [table, rows] : live.rows) {
    const auto now = candidate.rows.find(table);
    if (now == candidate.rows.end()) continue;  // `tables` names it
    Guardrail one = at_least("rows", now->second, rows, limits.min_rows_vs_live_percent, "table " + table);
    if (!one.ok) return one;
  }
  return {"rows", true,
          fmt::format("every table has at least {}% of live's rows", limits.min_rows_vs_live_percent)};
}

Guardrail tables_against(const Manifest& candidate, const Manifest& live) {
  for (const auto& [table, rows] : live.rows)
    if (!candidate.rows.contains(table))
      return {"tables", false, fmt::format("live has table {}, the snapshot lacks it", table)};
  return {"tables", true, "every table of live is there"};
}

}  // namespace

Result<Choice> choose(const Wish& wish, const std::vector<Snapshot>& snapshots, const Journal& journal,
                      const std::string& live) {
  if (wish.expect_live && *wish.expect_live != live)
    return error(Kind::refused, "live is {}, and not {} as expected", live.empty() ? "nothing" : live,
                 *wish.expect_live)
        .next("Somebody has promoted since. Look at `swap status` and decide again.");
  const std::string id = TRY(wanted_id(wish, snapshots, journal, live));
  if (id.empty()) return Choice{live, "", "there is no newer snapshot that is ready"};
  if (id == live) return Choice{live, "", fmt::format("snapshot {} is live already", id)};
  TRY(check_state(snapshots, id));
  return Choice{live, id, ""};
}

std::vector<Guardrail> guardrails(const config::Guardrails& limits, Direction direction,
                                  const Manifest& candidate, const Manifest* live) {
  std::vector<Guardrail> found;
  found.push_back({"complete", candidate.state == SnapshotState::ready && candidate.finished_ms > 0,
                   "the build has ended and its checks hold"});
  if (!live || direction == Direction::back) return found;
  found.push_back({"identity", candidate.build_uuid != live->build_uuid, "staging is not production"});
  found.push_back(tables_against(candidate, *live));
  found.push_back(rows_against(limits, candidate, *live));
  found.push_back(at_least("bytes", static_cast<std::int64_t>(candidate.bytes),
                           static_cast<std::int64_t>(live->bytes), limits.min_bytes_vs_live_percent,
                           "bytes"));
  return found;
}

Done check(const std::vector<Guardrail>& guardrails, const std::set<std::string>& allowed) {
  std::string failing, names;
  for (const Guardrail& one : guardrails) {
    if (one.ok || allowed.contains(one.name)) continue;
    failing += fmt::format("{}{} ({})", failing.empty() ? "" : "; ", one.name, one.detail);
    names += " --allow " + one.name;
  }
  if (failing.empty()) return {};
  return error(Kind::refused, "guardrails say no: {}", failing)
      .next(fmt::format("If that is what you want: swap promote{}", names));
}

}  // namespace slipway::swap
