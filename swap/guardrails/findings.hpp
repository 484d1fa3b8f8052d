// What the guardrails judge: gathered by gather.hpp, and nothing but values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "swap/manifest.hpp"
#include "swap/structure/kept.hpp"

namespace slipway::swap {

enum class Direction { forward, back };

struct Guardrail {
  std::string name;
  bool ok = false;
  std::string detail;
};

// What is not known yet (a frozen candidate answers no questions) is not judged yet.
struct Findings {
  Direction direction = Direction::forward;
  Manifest candidate;
  std::optional<Manifest> live;  // nothing is live
  std::string candidate_whereabouts;
  std::string live_whereabouts;
  bool compares = true;  // structures; false: that was done already
  std::optional<Kept> candidate_kept;
  std::optional<Kept> live_kept;
  bool was_live = false;                            // the candidate: then it may have been written to
  std::optional<std::vector<std::string>> changed;  // of the candidate's tables, since it was finished
  std::string live_silence;                         // why it is not known what live has; empty: it is
  std::uint64_t disk_total_bytes = 0;               // 0: not to be seen from here
  std::uint64_t disk_free_bytes = 0;
  // What live has and no switch brings along, by the guardrail's name.
  std::map<std::string, std::vector<std::string>> left_behind;
  // Kinds of structure that need not be as in live, and why.
  std::map<std::string, std::string> settled;
  std::vector<Guardrail> own;  // of the target's `guardrails`, answered by the candidate
};

}  // namespace slipway::swap
