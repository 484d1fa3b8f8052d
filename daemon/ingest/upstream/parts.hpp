// An upstream's table cut into parts by where its rows lie, so that several can be read at once, and a lost
// connection costs no more than its part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slipway::ingest {

inline constexpr std::int64_t part_pages = 2048;  // 16 MiB

// Conditions on ctid, each for one part; none where the table is no more than one. Every row has one place,
// every place is in exactly one part: the first begins with the first page, the last has no end, whatever the
// table's size was when it was asked for.
std::vector<std::string> cut_by_pages(std::int64_t pages, std::int64_t pages_a_part, const std::string& ctid);

}  // namespace slipway::ingest
