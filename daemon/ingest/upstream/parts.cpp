#include "daemon/ingest/upstream/parts.hpp"

#include <fmt/core.h>

namespace slipway::ingest {

std::vector<std::string> cut_by_pages(std::int64_t pages, std::int64_t pages_a_part,
                                      const std::string& ctid) {
  std::vector<std::string> parts;
  if (pages <= pages_a_part) return parts;
  for (std::int64_t from = 0; from < pages; from += pages_a_part) {
    std::string part = fmt::format("{} >= '({},0)'::tid", ctid, from);
    if (from + pages_a_part < pages)
      part += fmt::format(" AND {} < '({},0)'::tid", ctid, from + pages_a_part);
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace slipway::ingest
