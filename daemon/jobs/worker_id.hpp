// Who runs a job: a process, known again by more than its pid, on a host, since a boot.
#pragma once

#include <string>

#include "base/process.hpp"

namespace slipway::jobs {

struct WorkerId {
  std::string host;
  std::string boot;
  ProcessId process;
  bool operator==(const WorkerId&) const = default;
};

WorkerId this_worker();
// As it stands in the column; two texts are equal exactly if the workers are.
std::string to_json(const WorkerId& worker);
Result<WorkerId> worker_from_json(const std::string& text);

enum class Life { alive, dead, unknown };  // unknown: of another host, only its heartbeat tells
Life life_of(const WorkerId& worker);

}  // namespace slipway::jobs
