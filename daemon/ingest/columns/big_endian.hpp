// Numbers as COPY BINARY writes them: the highest byte first.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace slipway::ingest {

// Of two, four or eight bytes.
template <class Number>
Number big_endian(std::string_view bytes, std::size_t at = 0) {
  static_assert(sizeof(Number) == 2 || sizeof(Number) == 4 || sizeof(Number) == 8);
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  if constexpr (sizeof value == 2)
    return static_cast<Number>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  else if constexpr (sizeof value == 4)
    return static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  else
    return static_cast<Number>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

}  // namespace slipway::ingest
