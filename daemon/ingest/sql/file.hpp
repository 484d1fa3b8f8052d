// The queries of a pipeline's `sql` tables, read and held against the config before anything connects: files,
// sources and parameters that they name exist.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/config/pipeline.hpp"
#include "daemon/ingest/sql/text.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::ingest {

using Params = std::map<std::string, std::string>;

struct SqlTable {
  const config::Table* config = nullptr;
  SqlText query;
  std::optional<SqlText> scope;
};

// Of the tables in `only`; of all where it is empty.
Result<std::vector<SqlTable>> read_sql_tables(const config::Config& config, const config::Pipeline& pipeline,
                                              const std::vector<std::string>& only);

// Every parameter that the pipeline names, each with where it stands first.
std::map<std::string, Position> parameters_of(const config::Pipeline& pipeline,
                                              const std::vector<SqlTable>& tables);
// Kind::usage for one that nothing names, and for one that has neither a value nor a default.
Done check_params(const config::Pipeline& pipeline, const std::vector<SqlTable>& tables,
                  const Params& params);
// The value that it has: as given, else its default; nothing is NULL.
std::optional<std::string> value_of(const config::Pipeline& pipeline, const Params& params,
                                    const std::string& name);

// The pipeline with `{name}` in its file patterns replaced by the parameters' values, which match themselves
// alone.
config::Pipeline with_params(config::Pipeline pipeline, const Params& params);
// The same, for want of values, with each of them matching anything.
config::Pipeline with_any_params(config::Pipeline pipeline);

}  // namespace slipway::ingest
