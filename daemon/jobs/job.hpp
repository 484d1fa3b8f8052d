// One job as it stands in the control database, and as the API shows it.
#pragma once

#include <string>
#include <string_view>

#include "base/pg/session.hpp"
#include "daemon/jobs/state.hpp"

namespace slipway::jobs {

// Times are "2026-11-21T09:30:00.123Z"; JSON stays text; whatever is not there is empty.
struct Job {
  long long id = 0;
  std::string kind, pipeline, target, home, params, actor;
  State state = State::queued;
  long long retry_of = 0;
  std::string created_at, started_at, finished_at, heartbeat_at;
  std::string worker;
  bool cancel_requested = false;
  std::string progress, result, error;
};

// The select list that job_from_row reads.
extern const std::string_view job_columns;
Result<Job> job_from_row(const pg::Rows& rows, int row);

std::string to_json(const Job& job);

}  // namespace slipway::jobs
