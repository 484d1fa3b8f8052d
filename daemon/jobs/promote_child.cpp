#include "daemon/jobs/promote_child.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "swap/names.hpp"

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
  // The config's own file may be out of this user's reach.
  const swap::TargetNames names = swap::target_names(context.home.names(), target);
  const Path config = names.folder / "slipway.yaml";
  TRY(context.seams.files.write(config, context.home.config_text, 0640));
  Command command;
  command.argv = {own_program("swap"),
                  "promote",
                  snapshot,
                  "--json",
                  "--quiet",
                  "--config",
                  config.string(),
                  "--home",
                  context.home.path.string(),
                  "--target",
                  target};
  if (!actor.empty()) command.argv.insert(command.argv.end(), {"--actor", actor});
  command.environment = own_program_environment();
  command.keep_fds = own_program_descriptors();
  command.folder = "/";
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
