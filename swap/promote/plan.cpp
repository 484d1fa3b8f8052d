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

// Where nothing else can be promoted: perhaps it was meant.
Done name_damaged(const std::vector<Snapshot>& snapshots, const std::string& live) {
  for (const Snapshot& s : snapshots)
    if (s.manifest.state == SnapshotState::bad && s.manifest.id > live)
      return error(Kind::refused, "snapshot {}: {}", s.manifest.id, s.manifest.failure)
          .next("Build another; or any good one can be promoted by its id: swap promote ID");
  return {};
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

}  // namespace

Result<Choice> choose(const Wish& wish, const std::vector<Snapshot>& snapshots, const Journal& journal,
                      const std::string& live) {
  if (wish.expect_live && *wish.expect_live != live)
    return error(Kind::refused, "live is {}, and not {} as expected", live.empty() ? "nothing" : live,
                 *wish.expect_live)
        .next("Somebody has promoted since. Look at `swap status` and decide again.");
  const std::string id = TRY(wanted_id(wish, snapshots, journal, live));
  if (id.empty()) TRY(name_damaged(snapshots, live));
  if (id.empty()) return Choice{live, "", "there is no newer snapshot that is ready"};
  if (id == live) return Choice{live, "", fmt::format("snapshot {} is live already", id)};
  TRY(check_state(snapshots, id));
  return Choice{live, id, ""};
}

}  // namespace slipway::swap
