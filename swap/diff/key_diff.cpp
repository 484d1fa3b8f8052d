#include "swap/diff/key_diff.hpp"

#include <nlohmann/json.hpp>

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr std::size_t most_sampled = 10;

void note(std::int64_t& count, std::vector<std::string>& sample, const std::string& key) {
  ++count;
  if (sample.size() < most_sampled) sample.push_back(key);
}

json rows(const std::optional<std::int64_t>& count) {
  return count ? json(*count) : json();
}

}  // namespace

KeyDiff compare_keys(const Digests& live, const Digests& candidate) {
  KeyDiff diff;
  for (const auto& [key, digest] : live) {
    const auto other = candidate.find(key);
    if (other == candidate.end())
      note(diff.removed, diff.sample_removed, key);
    else if (other->second != digest)
      note(diff.changed, diff.sample_changed, key);
  }
  for (const auto& [key, digest] : candidate)
    if (!live.contains(key)) note(diff.added, diff.sample_added, key);
  diff.compared = static_cast<std::int64_t>(live.size()) + diff.added;
  return diff;
}

json to_json(const TableDiff& table) {
  json out = {{"table", table.table}, {"live", rows(table.live)}, {"candidate", rows(table.candidate)},
              {"whole", table.whole}, {"note", table.note},       {"keys", nullptr}};
  if (const auto& keys = table.keys)
    out["keys"] = {{"compared", keys->compared},
                   {"changed", keys->changed},
                   {"added", keys->added},
                   {"removed", keys->removed},
                   {"sample",
                    {{"changed", keys->sample_changed},
                     {"added", keys->sample_added},
                     {"removed", keys->sample_removed}}}};
  return out;
}

}  // namespace slipway::swap
