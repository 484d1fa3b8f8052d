// One ingest, from an order to a ready snapshot: the only place that joins building with snapshots (and,
// where it is asked for, with promoting). It touches no queue: whoever runs it records its outcome.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "daemon/ingest/build.hpp"
#include "daemon/jobs/profile.hpp"
#include "swap/engine.hpp"

namespace slipway::jobs {

struct IngestOrder {
  std::string pipeline;
  std::map<std::string, std::string> params;
  std::vector<std::string> only;
  bool promote = false;
  std::string actor;  // for the receipt of the promotion
};

struct IngestResult {
  std::string state;  // succeeded | failed | cancelled
  std::string target;
  std::string snapshot;  // empty if none was begun
  std::map<std::string, std::int64_t> rows, read, rejected;
  std::map<std::string, ingest::TableReport> tables;
  std::vector<std::string> reject_files;
  std::vector<ingest::CheckReport> checks;
  std::optional<Profile> profile;  // where the time went, if the build came to its end
  double seconds = 0;
  std::optional<Error> error;
  std::string promotion;  // the receipt as JSON; empty if none was asked for or the build failed
  int promotion_exit = 0;

  int exit_code() const;
};

// The shape of `slipway ingest --json`.
std::string to_json(const IngestResult& result, long long job, const std::string& pipeline);

// Which home and config to work in; fence is the job's number.
struct IngestContext {
  Seams seams;
  const swap::Home& home;
  const config::Config& config;
};

// What the build of that snapshot is asked to do. What it refers to must outlive it.
ingest::Request request_for(const config::Config& config, const config::Pipeline& pipeline,
                            const swap::Build& build, const std::vector<std::string>& only);

IngestResult run_ingest(const IngestContext& context, long long job, const IngestOrder& order,
                        ingest::Observer& observer, std::stop_token stop);

}  // namespace slipway::jobs
