// The candidate's side: one transaction from the first row until shortly before the switch, so that an
// attempt that dies leaves nothing. What it replaces is kept beside it, so that one that fails after its
// commit can be taken back too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "swap/carry/constraints.hpp"
#include "swap/carry/copy.hpp"
#include "swap/carry/key_log.hpp"
#include "swap/carry/match.hpp"
#include "swap/carry/sequences.hpp"

namespace slipway::swap::carry {

// What became of a table's rows, against the candidate's own.
struct Counts {
  long long rows = 0;  // in the end; only where they were all copied
  long long inserted = 0, updated = 0, deleted = 0;
};

class Landing {
 public:
  Landing(pg::Session session, const std::vector<Pair>& pairs, std::string other)
      : session_(std::move(session)), pairs_(pairs), other_(std::move(other)) {}

  pg::Session& session() { return session_; }

  Done begin();
  // All rows of live in place of what there is. The rows.
  Result<long long> replace(pg::Session& live, const Pair& pair);
  // The rows of those keys that changed. How many keys.
  Result<long long> apply(pg::Session& live, const Pair& pair, const std::string& since);
  // From now on what is taken away is kept in mind, so that only that need be looked at.
  Done enter_hold();
  Done check_references();          // every row
  Done check_changed_references();  // what the hold has changed
  // Logs where there are none, so that what users write from the switch on is known.
  Done make_logs();
  Result<std::map<std::string, Counts>> counts();
  // Constraints and triggers as they were; then the only commit.
  Done commit(const std::vector<Sequence>& own_sequences);
  // After it, as nobody else writes there yet: the moment from which the logs count, and the numbering.
  Done begin_logging(const std::map<long long, long long>& lives_of_live, const std::string& sequences_sql);

 private:
  Done keep_everything(const Pair& pair);
  Done keep_touched(const Pair& pair);
  Done clear(const Pair& pair);
  Done take_away(const Pair& pair);
  bool is_parent(const Pair& pair) const;
  const Pair* pair_of(long long candidate_oid) const;
  std::vector<const Table*> candidates() const;

  pg::Session session_;
  const std::vector<Pair>& pairs_;
  std::string other_;  // the snapshot whose rows these are
  LaidAside aside_;
  std::map<long long, bool> wholly_;  // by the candidate's OID: nothing of its own rows is left
  std::map<long long, bool> had_log_;
  std::map<long long, long long> rows_;  // that they have now, where they were all copied
  bool in_hold_ = false;
};

}  // namespace slipway::swap::carry
