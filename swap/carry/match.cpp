#include "swap/carry/match.hpp"

#include <algorithm>

#include "base/config/pattern.hpp"

namespace slipway::swap::carry {
namespace {

using Words = std::vector<std::string>;

const Table* find(const std::vector<Table>& tables, const std::string& label) {
  const auto found =
      std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.label == label; });
  return found == tables.end() ? nullptr : &*found;
}

std::vector<std::string> key_names(const Table& table) {
  std::vector<std::string> names;
  for (const KeyColumn& one : table.key) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  return names;
}

void match_columns(Pair& pair, Words& missing, Words& obstacles) {
  pair.portable = true;
  for (const Column& from : pair.live.columns) {
    const Column* to = pair.candidate.column(from.name);
    if (!to) {
      missing.push_back(fmt::format("column {} of table {}", from.name, pair.live.label));
    } else if (!to->generated) {
      pair.columns.push_back(from.name);
      pair.portable = pair.portable && from.portable && to->portable && from.type == to->type;
    }
  }
  for (const Column& to : pair.candidate.columns)
    if (to.required && !pair.live.column(to.name))
      obstacles.push_back(fmt::format("column {} of table {} must have a value, and live has no such column",
                                      to.name, pair.live.label));
}

// Every key column must be among those that are copied.
bool same_key(const Pair& pair) {
  if (pair.live.key.empty() || key_names(pair.live) != key_names(pair.candidate)) return false;
  return std::all_of(pair.live.key.begin(), pair.live.key.end(), [&](const KeyColumn& one) {
    return std::find(pair.columns.begin(), pair.columns.end(), one.name) != pair.columns.end();
  });
}

Pair match_one(const Table& live, const Table& candidate, Words& missing, Words& obstacles) {
  Pair pair;
  pair.live = live;
  pair.candidate = candidate;
  for (const auto& [table, where] : {std::pair(&live, "live"), std::pair(&candidate, "the candidate")})
    if (!table->obstacle.empty())
      obstacles.push_back(fmt::format("table {} in {}: {}", table->label, where, table->obstacle));
  match_columns(pair, missing, obstacles);
  pair.keyed = same_key(pair);
  pair.how = pair.keyed && !live.small() ? How::ahead : How::inside;
  if (!pair.keyed && !live.small())
    obstacles.push_back(
        fmt::format("table {} has more than {} rows and {}", live.label, small_rows_max,
                    live.key.empty() ? "no primary key" : "another primary key in the candidate"));
  return pair;
}

void check_patterns(const Words& patterns, const std::vector<Table>& live,
                    const std::vector<Table>& candidate, Words& obstacles) {
  for (const std::string& pattern : patterns) {
    const auto hit = [&](const Table& t) { return config::matches(pattern, t.label); };
    if (std::none_of(live.begin(), live.end(), hit) && std::none_of(candidate.begin(), candidate.end(), hit))
      obstacles.push_back(fmt::format("no table matches `{}`", pattern));
  }
}

std::string joined(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : "; ") + word;
  return out;
}

}  // namespace

Result<Match> match(const std::vector<std::string>& patterns, const std::vector<Table>& live,
                    const std::vector<Table>& candidate, bool back) {
  Match found;
  Words missing, obstacles;
  check_patterns(patterns, live, candidate, obstacles);
  for (const Table& table : live) {
    const Table* other = find(candidate, table.label);
    if (other)
      found.pairs.push_back(match_one(table, *other, missing, obstacles));
    else
      missing.push_back(fmt::format("table {}", table.label));
  }
  for (const Table& table : candidate)
    if (!find(live, table.label))
      found.notes.push_back(fmt::format("table {} is new: live has none", table.label));
  for (const std::string& what : missing) {
    if (back)
      found.notes.push_back(fmt::format("{} is not in the older snapshot: its values stay behind", what));
    else
      obstacles.push_back(fmt::format("{} is in live and not in the candidate", what));
  }
  if (obstacles.empty()) return found;
  return error(Kind::refused, "tables that users write cannot be carried: {}", joined(obstacles))
      .next("Change the candidate's schema, or `carry:` of the target.");
}

}  // namespace slipway::swap::carry
