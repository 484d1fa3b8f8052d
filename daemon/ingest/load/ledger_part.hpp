// One complete part of a table: what one committed transaction has loaded, of which files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/ingest/columns/row_sum.hpp"

namespace slipway::ingest {

// Of one file, in this part: read = loaded + rejected.
struct FilePart {
  std::size_t file = 0;  // its place among the table's
  std::string path = {};
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t read = 0;
  std::int64_t loaded = 0;
  std::int64_t rejected = 0;
  Sum sum = 0;
  std::string digest = {};  // of the whole file, where this part reached its end
  // How long its reject file and log were at the end of this part.
  std::int64_t reject_bytes = 0;
  std::int64_t log_bytes = 0;
};

struct LedgerPart {
  int number = 1;
  std::vector<FilePart> files;  // in the order of the table's
  Sum sum = 0;
  bool last = false;  // the table is complete
};

}  // namespace slipway::ingest
