#include "swap/diff/compare_tables.hpp"

#include <algorithm>

namespace slipway::swap {
namespace {

constexpr std::int64_t most_whole_rows = 100'000;  // of a table that is compared whole
constexpr std::int64_t most_at_an_end = 10'000;    // of a larger one, from either end

using Tables = std::map<std::string, ComparedTable>;

std::vector<std::string> common(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  std::vector<std::string> both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
  return both;
}

// Both sides of one table.
struct Pair {
  pg::Session& live_session;
  pg::Session& candidate_session;
  const ComparedTable& live;
  const ComparedTable& candidate;
  std::vector<std::string> columns;  // that both have
};

Done compare_whole(const Pair& pair, TableDiff& diff) {
  const Range all{End::first, {}, most_whole_rows + 1};
  const Digested live = TRY(digest_rows(pair.live_session, pair.live, pair.columns, all));
  const Digested candidate = TRY(digest_rows(pair.candidate_session, pair.candidate, pair.columns, all));
  diff.whole = true;
  diff.keys = compare_keys(live.rows, candidate.rows);
  return {};
}

// The side with more rows says how far the range goes, so that the other side has fewer in it.
Done digest_end(const Pair& pair, const TableDiff& diff, End end, Digests& live, Digests& candidate) {
  const bool live_leads = *diff.live >= *diff.candidate;
  pg::Session& leading = live_leads ? pair.live_session : pair.candidate_session;
  pg::Session& following = live_leads ? pair.candidate_session : pair.live_session;
  Digested lead = TRY(
      digest_rows(leading, live_leads ? pair.live : pair.candidate, pair.columns, {end, {}, most_at_an_end}));
  Digested follow = TRY(digest_rows(following, live_leads ? pair.candidate : pair.live, pair.columns,
                                    {end, lead.last_key, most_whole_rows}));
  (live_leads ? live : candidate).merge(lead.rows);
  (live_leads ? candidate : live).merge(follow.rows);
  return {};
}

Done compare_both_ends(const Pair& pair, TableDiff& diff) {
  Digests live, candidate;
  for (const End end : {End::first, End::last}) TRY(digest_end(pair, diff, end, live, candidate));
  diff.keys = compare_keys(live, candidate);
  return {};
}

Done compare_rows(const Pair& pair, TableDiff& diff) {
  if (pair.live.key.empty() || pair.live.key != pair.candidate.key) {
    diff.note = pair.live.key.empty() || pair.candidate.key.empty() ? "it has no primary key"
                                                                    : "its primary keys differ";
    return {};
  }
  const bool small = std::max(*diff.live, *diff.candidate) <= most_whole_rows;
  return small ? compare_whole(pair, diff) : compare_both_ends(pair, diff);
}

Result<TableDiff> compare_table(const std::string& name, const DiffSide& live, const DiffSide& candidate,
                                const Tables& of_live, const Tables& of_candidate) {
  TableDiff diff;
  diff.table = name;
  const auto one = of_live.find(name), other = of_candidate.find(name);
  if (one != of_live.end()) diff.live = TRY(count_rows(live.session, one->second));
  if (other != of_candidate.end()) diff.candidate = TRY(count_rows(candidate.session, other->second));
  if (!diff.live || !diff.candidate) {
    diff.note = diff.live ? "it is gone" : "it is new";
    return diff;
  }
  TRY(compare_rows({live.session, candidate.session, one->second, other->second,
                    common(one->second.columns, other->second.columns)},
                   diff));
  return diff;
}

}  // namespace

Result<std::vector<TableDiff>> compare_tables(const DiffSide& live, const DiffSide& candidate) {
  const pg::Transaction in_live =
      TRY(pg::Transaction::begin(live.session, "isolation level repeatable read read only"));
  const pg::Transaction in_candidate =
      TRY(pg::Transaction::begin(candidate.session, "isolation level repeatable read read only"));
  const Tables of_live = TRY(read_tables(live.session, live.schema));
  const Tables of_candidate = TRY(read_tables(candidate.session, candidate.schema));
  Tables all = of_live;
  all.insert(of_candidate.begin(), of_candidate.end());
  std::vector<TableDiff> found;
  for (const auto& [name, table] : all)
    found.push_back(TRY(compare_table(name, live, candidate, of_live, of_candidate)));
  return found;
}

}  // namespace slipway::swap
