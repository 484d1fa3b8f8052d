// Tables told by sample files: names, types, what is never null, and a key where one is to be seen.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/source/inputs.hpp"

namespace slipway::ingest {

struct InferredColumn {
  std::string name;   // good in SQL without quotes
  std::string field;  // as the file has it: a CSV header, a JSON key
  std::string type;
  bool not_null = false;
  bool empty_is_null = false;
};

struct InferredTable {
  std::string name;
  std::vector<Input> inputs;
  std::vector<InferredColumn> columns;
  std::optional<std::size_t> key;  // which column
  std::int64_t rows = 0;           // that were looked at
  bool whole = true;               // there are no others
};

bool is_json(const Input& input);
// As a pattern that matches this one path, whatever is in it.
std::string literal_pattern(const Path& path);

// Of those files, whose names tell their formats. Files of one name but for a number at its end, and with the
// same fields, are parts of one table.
Result<std::vector<InferredTable>> infer(const std::vector<Path>& files);

}  // namespace slipway::ingest
