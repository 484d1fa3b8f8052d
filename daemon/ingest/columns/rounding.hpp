// What the server does to a value that is finer than its column: the same, to compare with what it holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::ingest {

// Of numeric(…, scale), in the binary form.
std::string rounded_numeric(std::string_view binary, int scale);
// Microseconds, of time(p) and timestamp(p); typmod below zero: as they are.
std::int64_t rounded_time(std::int64_t value_us, int typmod);

}  // namespace slipway::ingest
