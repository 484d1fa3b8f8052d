// The progress of a build as one line of text.
#pragma once

#include <map>
#include <string>

#include "base/clock.hpp"
#include "daemon/ingest/build.hpp"

namespace slipway::commands {

struct BuildProgress {
  std::string phase;
  std::map<std::string, ingest::TableProgress> tables;
  Millis elapsed{0};  // since the load began
};

// "load  [#####-----]  1,234,567 rows  45.2 of 98.3 MB  23.1 MB/s  ETA 0:02  12 rejected"
std::string progress_line(const BuildProgress& progress);

std::string grouped(std::int64_t number);           // 1,234,567
std::string megabytes(std::int64_t bytes);          // 45.2
std::string minutes_seconds(std::int64_t seconds);  // 1:05, 1:00:05

}  // namespace slipway::commands
