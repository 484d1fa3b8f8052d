// Standard input as a source (`files: "-"`): it can be read only once, and a load may have to begin again, so
// it is kept in a nameless temporary file, unless it is a file itself.
#pragma once

#include "daemon/ingest/source/inputs.hpp"

namespace slipway::ingest {

inline constexpr std::string_view standard_input_pattern = "-";

bool reads_standard_input(const config::FileSource& source);

// Takes in all of it, where a source of the pipeline asks for it. Only for a command in the foreground.
Done take_standard_input(const config::Pipeline& pipeline);

// What was taken in; Kind::usage where nothing was.
Result<Input> standard_input(const config::FileSource& source);

}  // namespace slipway::ingest
