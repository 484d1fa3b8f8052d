// The bytes of a row as it lies on a page: numbers in the machine's own order, each at its type's alignment.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "daemon/ingest/columns/out.hpp"

namespace slipway::ingest {

static_assert(std::endian::native == std::endian::little,
              "pages are written as a little-endian server reads them");

class TupleBytes {
 public:
  // Lengths of values within an array have four bytes, however short the values are.
  enum class Lengths { of_one_byte_too, of_four_bytes };
  explicit TupleBytes(Lengths lengths = Lengths::of_one_byte_too) : lengths_(lengths) {}

  // Makes room for that much, with what alignment may add.
  void reserve(std::size_t bytes) { out_.reserve(bytes + 2 * sizeof(std::uint64_t)); }
  void align(std::size_t to) {
    while (out_.size() % to != 0) out_.byte(0);
  }
  template <class Number>
  void number(Number value) {
    out_.bytes({reinterpret_cast<const char*>(&value), sizeof value});
  }
  void byte(char value) { out_.byte(value); }
  void bytes(std::string_view value) { out_.bytes(value); }
  // A value of any length, behind its length: in one byte where that is enough, and then unaligned.
  void variable(std::string_view value, std::size_t alignment = sizeof(std::uint32_t)) {
    constexpr std::size_t short_max = 126;
    reserve(value.size() + sizeof(std::uint32_t));
    if (value.size() <= short_max && lengths_ == Lengths::of_one_byte_too) {
      byte(static_cast<char>((value.size() + 1) << 1U | 1U));
    } else {
      align(alignment);
      number(static_cast<std::uint32_t>((value.size() + sizeof(std::uint32_t)) << 2U));
    }
    bytes(value);
  }

  std::size_t size() const { return out_.size(); }
  void clear() { out_.clear(); }
  char* data() { return out_.data(); }
  std::string_view view() const { return out_.view(); }

 private:
  Lengths lengths_;
  Out out_;
};

}  // namespace slipway::ingest
