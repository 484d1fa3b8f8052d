// access/htup_details.h: a header of 23 bytes, a bit for each value where one of them is NULL, the values.
#include "daemon/ingest/heap/tuple.hpp"

#include <algorithm>

#include "daemon/ingest/columns/big_endian.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t head_bytes = 23, alignment = 8;
constexpr std::size_t count_bytes = 2, length_bytes = 4;  // of COPY BINARY
// Above this the server thinks of compressing, and of storing values elsewhere: TOAST_TUPLE_THRESHOLD.
constexpr std::size_t tuple_bytes_max = 2032;

constexpr unsigned has_null = 1, has_any_length = 2, xmin_frozen = 0x300, no_xmax = 0x800;

}  // namespace

TupleMaker::TupleMaker(std::vector<int> fields, std::vector<Layout> layouts)
    : fields_(std::move(fields)), layouts_(std::move(layouts)), values_(layouts_.size()) {}

void TupleMaker::set_transaction(std::uint32_t xid, bool frozen) {
  xid_ = xid;
  frozen_ = frozen;
}

bool TupleMaker::make(std::string_view row) {
  if (row.size() > 4 * tuple_bytes_max) return false;
  std::size_t at = count_bytes;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    std::string_view& value = values_[i];
    const auto size = big_endian<std::int32_t>(row, at);
    at += length_bytes;
    value = size < 0 ? std::string_view() : std::string_view(row.data() + at, static_cast<std::size_t>(size));
    at += value.size();
    if (size < 0 && layouts_[i].not_null) return false;
  }
  const auto null = [this](int field) {
    return field < 0 || values_[static_cast<std::size_t>(field)].data() == nullptr;
  };
  unsigned info = no_xmax | (frozen_ ? xmin_frozen : 0);
  if (std::any_of(fields_.begin(), fields_.end(), null)) info |= has_null;
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (layouts_[i].of_any_length && values_[i].data() != nullptr) info |= has_any_length;
  const std::size_t bits = (info & has_null) != 0 ? (fields_.size() + 7) / 8 : 0;
  const std::size_t head = (head_bytes + bits + alignment - 1) / alignment * alignment;

  TupleBytes& tuple = out_.tuple;
  tuple.clear();
  tuple.reserve(head);
  tuple.number(xid_);
  tuple.number(std::uint32_t{0});    // xmax
  tuple.number(std::uint32_t{0});    // command
  tuple.bytes({"\0\0\0\0\0\0", 6});  // its place, known by the page
  tuple.number(static_cast<std::uint16_t>(fields_.size()));
  tuple.number(static_cast<std::uint16_t>(info));
  tuple.byte(static_cast<char>(head));
  for (std::size_t byte = 0; byte < bits; ++byte) {
    unsigned there = 0;
    for (std::size_t i = byte * 8; i < std::min(byte * 8 + 8, fields_.size()); ++i)
      if (!null(fields_[i])) there |= 1U << i % 8;
    tuple.byte(static_cast<char>(there));
  }
  tuple.align(alignment);
  for (const int field : fields_) {
    if (null(field)) continue;
    const auto which = static_cast<std::size_t>(field);
    tuple.reserve(fixed_bytes_max);
    if (!layouts_[which].lay_out(layouts_[which], values_[which], out_)) return false;
    if (tuple.size() > tuple_bytes_max) return false;
  }
  return true;
}

std::size_t row_size(std::string_view rows) {
  const auto values = big_endian<std::int16_t>(rows);
  std::size_t at = count_bytes;
  for (int i = 0; i < values; ++i) {
    const auto size = big_endian<std::int32_t>(rows, at);
    at += length_bytes + static_cast<std::size_t>(std::max(size, 0));
  }
  return at;
}

}  // namespace slipway::ingest
