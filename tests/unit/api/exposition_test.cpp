// Prometheus' text format.
#include "daemon/api/exposition.hpp"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

TEST(Exposition, WritesFamiliesAndTheirSamples) {
  Exposition out;
  out.family("slipway_jobs", "gauge", "Jobs.");
  out.sample({{"kind", "ingest"}, {"state", "queued"}}, 3);
  out.sample({}, 0.5);
  out.family("slipway_pause_seconds", "summary", "Pauses.");
  out.sample("_sum", {{"target", "p\"o\\r\nt"}}, 1e-3);
  EXPECT_EQ(out.text(),
            "# HELP slipway_jobs Jobs.\n# TYPE slipway_jobs gauge\n"
            "slipway_jobs{kind=\"ingest\",state=\"queued\"} 3\nslipway_jobs 0.5\n"
            "# HELP slipway_pause_seconds Pauses.\n# TYPE slipway_pause_seconds summary\n"
            "slipway_pause_seconds_sum{target=\"p\\\"o\\\\r\\nt\"} 0.001\n");
}

}  // namespace
}  // namespace slipway::api
