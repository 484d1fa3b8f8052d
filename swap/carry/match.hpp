// Which tables of live go with which of the candidate, and whether they can. Pure: it looks at nothing but
// its arguments.
#pragma once

#include <string>
#include <vector>

#include "swap/carry/tables.hpp"

namespace slipway::swap::carry {

// How the rows of a table get over.
enum class How {
  since,   // only what changed since the two were alike: live's key log knows it
  ahead,   // a copy before anybody is held, then what changed meanwhile
  inside,  // a copy while everybody is held
};

inline const char* name(How how) {
  return how == How::since ? "since" : how == How::ahead ? "ahead" : "inside";
}

struct Pair {
  Table live;
  Table candidate;
  std::vector<std::string> columns;  // those that are copied
  bool portable = false;             // as binary COPY
  bool keyed = false;                // both have the same primary key
  How how = How::inside;
  std::string since;  // the pg_snapshot that the key log is read from
};

struct Match {
  std::vector<Pair> pairs;         // by name, which is the order that locks are taken in
  std::vector<std::string> notes;  // what stays behind, or is new
};

// Kind::refused, naming every obstacle. On the way back what the older snapshot has no place for is a note:
// whoever goes back wants to get away from the newer one.
Result<Match> match(const std::vector<std::string>& patterns, const std::vector<Table>& live,
                    const std::vector<Table>& candidate, bool back);

}  // namespace slipway::swap::carry
