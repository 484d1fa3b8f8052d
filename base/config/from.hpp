// What `from` of a table names: a source of files, or a table of an upstream server.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::config {

struct From {
  std::string source;
  std::string schema;  // empty: as the upstream's search path has it
  std::string table;   // empty: none is named
};

// SOURCE, SOURCE.TABLE or SOURCE.SCHEMA.TABLE. Names are taken as they are written, with their spaces and
// their capitals; one that holds a dot stands in double quotes. Nothing where it is none of that.
std::optional<From> split_from(std::string_view from);

}  // namespace slipway::config
