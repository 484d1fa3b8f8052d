#include "daemon/ingest/heap/page.hpp"

#include <algorithm>
#include <array>
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

void put_checksum(char* page, std::uint32_t block) {
  put(page + 8, page_checksum(page, block));
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

void Pages::seal() {
  if (!checksums_) return;
  for (std::size_t i = 0; i < count_; ++i)
    put_checksum(bytes_.data() + i * page_bytes, first_block_ + static_cast<std::uint32_t>(i));
}

void Pages::clear(std::uint32_t next_block) {
  first_block_ = next_block;
  count_ = 0;
}

// Thirty-two sums side by side, so that a processor can take many words at once.
std::uint16_t page_checksum(const char* page, std::uint32_t block) {
  constexpr std::size_t lanes = 32;
  constexpr std::uint32_t prime = 16'777'619;
  std::array<std::uint32_t, lanes> sums = {
      0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
      0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
      0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
      0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756};
  const auto mix = [](std::uint32_t& sum, std::uint32_t word) {
    const std::uint32_t mixed = sum ^ word;
    sum = mixed * prime ^ mixed >> 17U;
  };
  for (std::size_t at = 0; at < page_bytes; at += lanes * sizeof(std::uint32_t)) {
    std::array<std::uint32_t, lanes> words;
    std::memcpy(words.data(), page + at, sizeof words);
    if (at == 0) words[2] &= 0xFFFF0000U;  // its own place
    for (std::size_t lane = 0; lane < lanes; ++lane) mix(sums[lane], words[lane]);
  }
  for (int round = 0; round < 2; ++round)
    for (std::uint32_t& sum : sums) mix(sum, 0);
  std::uint32_t all = block;
  for (const std::uint32_t sum : sums) all ^= sum;
  return static_cast<std::uint16_t>(all % 65'535 + 1);
}

std::string map_page(std::uint32_t blocks, std::uint32_t number, bool checksums) {
  std::string page(page_bytes, '\0');
  put_head(page.data(), false, head_bytes, page_bytes);
  constexpr unsigned visible_and_frozen = 3, blocks_a_byte = 4;
  for (std::uint32_t block = 0; block < std::min(blocks, blocks_a_map_page); ++block) {
    char& byte = page[head_bytes + block / blocks_a_byte];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | visible_and_frozen
                                                                    << 2 * (block % blocks_a_byte));
  }
  if (checksums) put_checksum(page.data(), number);
  return page;
}

}  // namespace slipway::ingest
