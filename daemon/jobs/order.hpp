// An ingest order as JSON: what people post, and what a job's params hold.
#pragma once

#include <string>
#include <string_view>

#include "base/config/pipeline.hpp"
#include "daemon/jobs/ingest_job.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::jobs {

// {"pipeline"?, "params"?, "only"?, "promote"?}; Kind::usage for everything else, naming the field.
Result<IngestOrder> parse_order(std::string_view json);
std::string to_json(const IngestOrder& order);
// The order with its pipeline's name filled in, held against the config: its pipeline and its tables exist.
Result<IngestOrder> resolve(const IngestOrder& order, const config::Config& config);

// The pipeline's queries are there, and each of its parameters has a value.
Done check_params(const config::Config& config, const config::Pipeline& pipeline, const IngestOrder& order);

}  // namespace slipway::jobs
