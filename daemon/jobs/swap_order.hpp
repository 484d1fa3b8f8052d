// An order to promote, roll back or prune as JSON: what people post, and what a job's params hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::jobs {

struct SwapOrder {
  std::string kind;                        // promote | rollback | prune: the job's
  std::string target;                      // empty: the only one
  std::string id;                          // promote: the snapshot; empty: the newest ready one
  std::optional<std::string> expect_live;  // empty: nothing is live
  std::vector<std::string> allow;          // guardrails that may say no
  bool dry_run = false;                    // prune
};

bool is_swap(std::string_view kind);

// Kind::usage for what is no such order, naming the field.
Result<SwapOrder> parse_swap_order(const std::string& kind, std::string_view json);
std::string to_json(const SwapOrder& order);
// With its target's name filled in: it exists.
Result<SwapOrder> resolve(const SwapOrder& order, const config::Config& config);
// The command line of `swap` that does it.
std::vector<std::string> words_of(const SwapOrder& order);

}  // namespace slipway::jobs
