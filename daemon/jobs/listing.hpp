// Looking jobs up: one, or pages of them, newest first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/jobs/job.hpp"

namespace slipway::jobs {

// Kind::usage where there is no such job.
Result<Job> find_job(pg::Session& session, long long id, std::string_view lock = "");

struct Filter {
  std::optional<State> state;
  std::string pipeline, target, kind;  // empty: any
  long long before = 0;                // the cursor: only jobs with a lower number; 0: from the newest
  int limit = 50;
};

struct Page {
  std::vector<Job> jobs;
  long long next = 0;  // the cursor of the next page; 0: there is none
};

Result<Page> list_jobs(pg::Session& session, const Filter& filter);

}  // namespace slipway::jobs
