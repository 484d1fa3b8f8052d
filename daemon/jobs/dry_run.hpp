// `slipway ingest --dry-run`: everything that an ingest does, with a few rows of each source, in a snapshot
// that is thrown away; and what a whole ingest would come to. The queue does not hear of it.
#pragma once

#include "daemon/jobs/ingest_job.hpp"

namespace slipway::jobs {

inline constexpr std::int64_t dry_run_rows = 1000;

struct TrialTable {
  ingest::TableEstimate whole;
  std::int64_t sampled = 0;
  std::int64_t rejected = 0;
};

struct DryRun {
  std::string state;  // succeeded | failed | cancelled
  std::string target;
  std::string mode;
  std::vector<TrialTable> tables;           // in the order of loading
  std::vector<std::string> rejects;         // the first ones, as JSON, as a reject log has them
  std::vector<std::string> notes;           // what a build says of how it will go about it
  double seconds = 0;                       // a whole ingest would take about that long
  std::string seconds_as;                   // where that comes from
  std::int64_t bytes = 0;                   // the snapshot's, on disk
  std::optional<std::uint64_t> free_bytes;  // of that disk; nothing where it cannot be seen from here
  std::string live;                         // what a promotion would replace; empty: nothing
  std::map<std::string, std::int64_t> live_rows;
  std::optional<Error> error;
};

DryRun dry_run(const IngestContext& context, const IngestOrder& order, ingest::Observer& observer,
               std::stop_token stop);

// The shape of `slipway ingest --dry-run --json`.
std::string to_json(const DryRun& run, const std::string& pipeline);

}  // namespace slipway::jobs
