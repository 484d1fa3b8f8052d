// Promotion, rollback and recovery of a target, as its users see them.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "swap/engine.hpp"
#include "swap/hooks.hpp"
#include "swap/promote/plan.hpp"

namespace slipway::swap {

struct Order {
  Wish wish;
  std::set<std::string> allow;
  std::string actor;
};

enum class Outcome { promoted, unchanged, refused, busy, aborted, rolled_back, needs_operator };

struct Receipt {
  std::string target;
  std::string from, to;
  Outcome outcome = Outcome::aborted;
  std::int64_t pause_ms = 0;
  std::vector<JournalStep> steps;
  std::vector<ProbeResult> verify;
  std::map<std::string, long long> carried;  // rows of tables that users write
  std::string kind;                          // promote or rollback
  std::string actor;
  long long epoch = 0;
  std::int64_t started_ms = 0;
  std::string reason;  // why, where the outcome is none of the good ones
  std::string next;    // what to do then
  std::vector<std::string> warnings;
  std::vector<HookRun> hooks;
};

std::string_view name(Outcome outcome);
int exit_code(Outcome outcome);
nlohmann::json to_json(const Receipt& receipt);

// Recovers first what an earlier promotion left behind. Every outcome is a receipt.
Receipt promote(const Context& context, const Order& order);
// Brings an interrupted promotion to an end state; nothing where none was interrupted. Kind::busy while its
// promoter lives.
Result<std::optional<Receipt>> recover(const Context& context, const std::string& actor);
// Every target of the config; what could not be recovered is an error that names each.
Done recover_all(const Seams& seams, const config::Config& config, const Home& home);

}  // namespace slipway::swap
