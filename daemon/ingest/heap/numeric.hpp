// A numeric as it lies on disk, without the length before it.
#pragma once

#include <string>
#include <string_view>

namespace slipway::ingest {

// Of COPY BINARY's form; with a scale as numeric(…, scale) has it. False, and nothing appended: let the
// server say.
bool numeric_of_binary(std::string_view binary, int precision, int scale, std::string& out);

// Of a JSON number. False for one with an exponent: let the server say.
bool numeric_of_json(std::string_view number, std::string& out);

}  // namespace slipway::ingest
