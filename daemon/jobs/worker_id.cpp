#include "daemon/jobs/worker_id.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace slipway::jobs {

WorkerId this_worker() {
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  return {host, boot_id(), this_process()};
}

std::string to_json(const WorkerId& worker) {
  return nlohmann::ordered_json{{"host", worker.host},
                                {"pid", worker.process.pid},
                                {"boot", worker.boot},
                                {"ticks", worker.process.start_ticks}}
      .dump();
}

Result<WorkerId> worker_from_json(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return WorkerId{json.at("host"), json.at("boot"), {json.at("pid"), json.at("ticks")}};
  } catch (const nlohmann::json::exception& problem) {
    return fail("a job names its worker in a way that this version does not know: {}", problem.what());
  }
}

Life life_of(const WorkerId& worker) {
  const WorkerId here = this_worker();
  if (worker.host != here.host) return Life::unknown;
  if (worker.boot != here.boot) return Life::dead;
  return alive(worker.process) ? Life::alive : Life::dead;
}

}  // namespace slipway::jobs
