// How an attempt ends in its two places, whoever ends it: what it left is taken away after an abort, and what
// was kept for that case after a switch. Both can be done again and again.
#pragma once

#include "swap/carry/copy.hpp"

namespace slipway::swap::carry {

// One of the two places of an attempt.
struct Side {
  Place place;
  std::string id;  // of the snapshot
};

// What an attempt's sessions are known as on the servers.
std::string known_as(const Side& candidate);

// Before the switch only. Sessions of the attempt are ended first, wherever they were left.
Done undo(pg::Connections& connections, const Side& live, const Side& candidate);
// The candidate's part alone, or live's, where the other place cannot be reached any more.
Done undo_candidate(pg::Connections& connections, const Side& candidate, const std::string& live_id);
Done undo_live(pg::Connections& connections, const Side& live);
// After the switch, outside of the hold: constraints are checked, the candidate's former rows go.
Done tidy(pg::Connections& connections, const Place& promoted);
// Everything of ours about the tables of a snapshot that will be removed.
Done forget(pg::Connections& connections, const Place& place);

}  // namespace slipway::swap::carry
