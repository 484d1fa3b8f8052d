// Is a text JSON? As strict as RFC 8259, and where PostgreSQL is stricter or the case is odd, it says "not
// sure".
#pragma once

#include <string_view>

namespace slipway::ingest {

// true, false, null or a number.
bool is_json_scalar(std::string_view token);

// True only for JSON that PostgreSQL's json and jsonb both take for certain: depth at most 200,
// numbers of ordinary size, and no \u escape of half a character. False means: ask the server.
bool is_certain_json(std::string_view text);

}  // namespace slipway::ingest
