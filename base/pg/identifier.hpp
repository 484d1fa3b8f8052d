// Names and values on their way into SQL text.
#pragma once

#include <string>
#include <string_view>

namespace slipway::pg {

// "name", with quotes doubled; always quoted.
std::string quoted(std::string_view identifier);
// "schema"."name"
std::string quoted(std::string_view schema, std::string_view identifier);
// 'value', safe whatever standard_conforming_strings says.
std::string literal(std::string_view value);
// One value of a key=value conninfo.
std::string conninfo_value(std::string_view value);

}  // namespace slipway::pg
