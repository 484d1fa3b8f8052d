// The control database's mirror of what promotions came to. The truth lies with each target.
#pragma once

#include <set>
#include <string>

#include "base/pg/session.hpp"

namespace slipway::history {

struct Promotion {
  std::string target;
  std::string started_at;  // with the target it names one order, whatever epochs that took
  long long epoch = 0;
  std::string kind;
  std::string actor;
  std::string outcome;
  std::string from, to;  // snapshots; empty: none
  std::string receipt;   // JSON
};

// True where it is news: unknown so far, or known with another outcome.
Result<bool> mirror(pg::Session& session, const Promotion& promotion);
// "<started_at> <outcome>" of those that are mirrored.
Result<std::set<std::string>> mirrored(pg::Session& session, const std::string& target);

}  // namespace slipway::history
