#include "daemon/jobs/swap_child.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/config/config.hpp"
#include "base/scope_keeper.hpp"
#include "swap/own_command.hpp"

namespace slipway::jobs {
namespace {

using nlohmann::json;

// Clients are held for the target's deadline at most; what comes before and after that takes its time.
constexpr Millis limit{3'600'000};

// Warnings may stand before and after it.
std::string json_line(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with('{') && json::accept(line)) return line;
  return {};
}

}  // namespace

std::string unbegun_receipt(const std::string& target, const std::string& snapshot,
                            const std::string& reason) {
  return json{
      {"target", target},        {"from", nullptr},  {"to", snapshot.empty() ? json() : json(snapshot)},
      {"outcome", "aborted"},    {"pause_ms", 0},    {"steps", json::array()},
      {"verify", json::array()}, {"reason", reason}, {"next", "swap status says what is live"}}
      .dump();
}

Result<SwapRun> swap_in_child(const IngestContext& context, const std::string& actor,
                              const std::string& target, std::vector<std::string> words) {
  const config::Target* known = TRY(context.config.target(target));
  const std::string command_name = words.front();
  if (!actor.empty()) words.push_back("--actor=" + actor);
  Command command = TRY(swap::own_command({context.seams, context.home, *known}, words));
  let_reach_scope_keeper(command);
  command.limit = limit;
  const Finished finished = TRY(context.seams.processes.run(command));
  const std::string line = json_line(finished.output);
  if (!line.empty()) return SwapRun{line, finished.status};
  return fail("swap {} ended with status {}: {}", command_name, finished.status, finished.output);
}

}  // namespace slipway::jobs
