#include "daemon/jobs/promote_child.hpp"

#include "daemon/jobs/swap_child.hpp"

namespace slipway::jobs {

Promotion promote_in_child(const IngestContext& context, const std::string& actor, const std::string& target,
                           const std::string& snapshot) {
  const Result<SwapRun> run =
      swap_in_child(context, actor, target, {"promote", snapshot, "--json", "--quiet"});
  if (run) return {run->json, run->exit_code};
  return {unbegun_receipt(target, snapshot, run.error().summary()), 1};
}

}  // namespace slipway::jobs
