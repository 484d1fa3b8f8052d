#include "daemon/jobs/promote_child.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/scope_keeper.hpp"
#include "swap/own_command.hpp"

namespace slipway::jobs {
namespace {

using nlohmann::json;

// Clients are held for the target's deadline at most; what comes before and after that takes its time.
constexpr Millis limit{3'600'000};

std::string failed(const std::string& target, const std::string& snapshot, const std::string& reason) {
  return json{{"target", target},        {"from", nullptr},  {"to", snapshot},
              {"outcome", "aborted"},    {"pause_ms", 0},    {"steps", json::array()},
              {"verify", json::array()}, {"reason", reason}, {"next", "swap status says what is live"}}
      .dump();
}

// The line that is JSON; warnings may stand before and after it.
std::string receipt_in(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('{') && json::accept(line)) return line;
  return {};
}

Result<Promotion> run_child(const IngestContext& context, const std::string& actor, const std::string& target,
                            const std::string& snapshot) {
  const config::Target* known = TRY(context.config.target(target));
  std::vector<std::string> words = {"promote", snapshot, "--json", "--quiet"};
  if (!actor.empty()) words.insert(words.end(), {"--actor", actor});
  Command command = TRY(swap::own_command({context.seams, context.home, *known}, words));
  let_reach_scope_keeper(command);
  command.limit = limit;
  const Finished finished = TRY(context.seams.processes.run(command));
  const std::string receipt = receipt_in(finished.output);
  if (!receipt.empty()) return Promotion{receipt, finished.status};
  return fail("swap promote ended with status {}: {}", finished.status, finished.output);
}

}  // namespace

Promotion promote_in_child(const IngestContext& context, const std::string& actor, const std::string& target,
                           const std::string& snapshot) {
  Result<Promotion> promotion = run_child(context, actor, target, snapshot);
  if (promotion) return *promotion;
  return {failed(target, snapshot, promotion.error().summary()), 1};
}

}  // namespace slipway::jobs
