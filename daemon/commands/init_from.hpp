// `slipway init DIR --from FILE…`: a portal whose tables are those of sample files, for people to edit.
#pragma once

#include "daemon/commands/init.hpp"
#include "daemon/ingest/infer/infer.hpp"

namespace slipway::commands {

// The files of that portal; their names in the config are as the folder sees them.
std::string schema_for(const std::vector<ingest::InferredTable>& tables);
std::string config_for(const std::vector<ingest::InferredTable>& tables, const Path& folder);

Done init_from(const Path& folder, const std::vector<std::string>& samples);

}  // namespace slipway::commands
