#include "daemon/ingest/heap/page.hpp"

#include <algorithm>
#include <cstring>

namespace slipway::ingest {
namespace {

constexpr std::size_t head_bytes = 24, pointer_bytes = 4, row_alignment = 8;
constexpr std::size_t rows_max = 291;  // MaxHeapTuplesPerPage
constexpr std::size_t place_in_row = 12;

void put(char* at, auto value) {
  std::memcpy(at, &value, sizeof value);
}

void put_head(char* page, bool all_visible, std::size_t lower, std::size_t upper) {
  constexpr std::uint16_t is_all_visible = 4, layout_version = 4;
  put(page + 10, std::uint16_t{all_visible ? is_all_visible : std::uint16_t{0}});
  put(page + 12, static_cast<std::uint16_t>(lower));
  put(page + 14, static_cast<std::uint16_t>(upper));
  put(page + 16, static_cast<std::uint16_t>(page_bytes));
  put(page + 18, static_cast<std::uint16_t>(page_bytes | layout_version));
}

}  // namespace

void Pages::begin_page() {
  ++count_;
  std::memset(page(), 0, page_bytes);
  rows_ = 0;
  upper_ = page_bytes;
}

bool Pages::add(std::string_view tuple) {
  const std::size_t room = (tuple.size() + row_alignment - 1) / row_alignment * row_alignment;
  const bool fits =
      count_ > 0 && rows_ < rows_max && head_bytes + (rows_ + 1) * pointer_bytes + room <= upper_;
  if (!fits) {
    if (count_ == most) return false;
    begin_page();
  }
  upper_ -= room;
  char* row = page() + upper_;
  std::memcpy(row, tuple.data(), tuple.size());
  const auto block = static_cast<std::uint32_t>(first_block_ + count_ - 1);
  put(row + place_in_row, static_cast<std::uint16_t>(block >> 16U));
  put(row + place_in_row + 2, static_cast<std::uint16_t>(block));
  put(row + place_in_row + 4, static_cast<std::uint16_t>(rows_ + 1));
  constexpr unsigned in_use = 1U << 15U;
  put(page() + head_bytes + rows_ * pointer_bytes,
      static_cast<std::uint32_t>(static_cast<unsigned>(upper_) | in_use |
                                 static_cast<unsigned>(tuple.size()) << 17U));
  ++rows_;
  put_head(page(), frozen_, head_bytes + rows_ * pointer_bytes, upper_);
  return true;
}

void Pages::clear(std::uint32_t next_block) {
  first_block_ = next_block;
  count_ = 0;
}

std::string map_page(std::uint32_t blocks) {
  std::string page(page_bytes, '\0');
  put_head(page.data(), false, head_bytes, page_bytes);
  constexpr unsigned visible_and_frozen = 3, blocks_a_byte = 4;
  for (std::uint32_t block = 0; block < std::min(blocks, blocks_a_map_page); ++block) {
    char& byte = page[head_bytes + block / blocks_a_byte];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | visible_and_frozen
                                                                    << 2 * (block % blocks_a_byte));
  }
  return page;
}

}  // namespace slipway::ingest
