// How a file of rows and fields is written, with nothing left open: what the config says, else what its
// format does.
#pragma once

#include <string>
#include <vector>

#include "base/config/pipeline.hpp"

namespace slipway::ingest {

enum class Format { csv, text, ndjson, json };  // tsv is csv with a tab

struct Dialect {
  char delimiter = ',';
  char quote = '"';   // 0: none
  char escape = '"';  // of a quote inside quotes
  std::vector<std::string> nulls = {""};
  bool header = true;
  std::vector<std::string> names;  // instead of those of the header
  bool pad = false;                // a row with too few fields is filled up

  bool only_empty_is_null() const { return nulls.size() == 1 && nulls[0].empty(); }
};

// Of csv with that delimiter, or of PostgreSQL's text.
Dialect dialect_of(const config::Dialect& given, Format format, char delimiter);

}  // namespace slipway::ingest
