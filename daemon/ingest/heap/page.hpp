// Pages of a table as PostgreSQL's storage/bufpage.h has them, many in one piece: line pointers from the
// front, rows from the end.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace slipway::ingest {

inline constexpr std::size_t page_bytes = 8192;

class Pages {
 public:
  // The rows that come are frozen, so that everybody sees all of a page.
  Pages(bool frozen, bool checksums) : frozen_(frozen), checksums_(checksums) {}

  // A row with its header, which learns here where it lies. False: there is no room, clear() makes some.
  bool add(std::string_view tuple);
  // To be called before view(), when no row comes any more.
  void seal();
  std::string_view view() const { return {bytes_.data(), count_ * page_bytes}; }
  std::size_t count() const { return count_; }
  void clear(std::uint32_t next_block);
  std::uint32_t first_block() const { return first_block_; }

 private:
  static constexpr std::size_t most = 64;
  char* page() { return bytes_.data() + (count_ - 1) * page_bytes; }
  void begin_page();

  bool frozen_;
  bool checksums_;
  std::uint32_t first_block_ = 0;
  std::size_t count_ = 0;
  std::size_t rows_ = 0;   // of the last page
  std::size_t upper_ = 0;  // where they begin
  std::vector<char> bytes_ = std::vector<char>(most * page_bytes);
};

// Of a page that is to lie at that place, whatever it says of its own; see storage/checksum_impl.h.
std::uint16_t page_checksum(const char* page, std::uint32_t block);

// One page of a table's visibility map: all rows of so many pages are frozen.
inline constexpr std::uint32_t blocks_a_map_page = (page_bytes - 24) * 4;
std::string map_page(std::uint32_t blocks, std::uint32_t number, bool checksums);

}  // namespace slipway::ingest
