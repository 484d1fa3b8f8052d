#include "daemon/ingest/columns/server_hash.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "daemon/ingest/columns/big_endian.hpp"

namespace slipway::ingest {
namespace {

struct State {
  std::uint32_t a, b, c;

  State(std::uint32_t length, std::uint64_t seed) {
    a = b = c = 0x9e3779b9U + length + 3923095U;
    if (seed == 0) return;
    a += static_cast<std::uint32_t>(seed >> 32);
    b += static_cast<std::uint32_t>(seed);
    mix();
  }

  void mix() {
    a -= c, a ^= std::rotl(c, 4), c += b;
    b -= a, b ^= std::rotl(a, 6), a += c;
    c -= b, c ^= std::rotl(b, 8), b += a;
    a -= c, a ^= std::rotl(c, 16), c += b;
    b -= a, b ^= std::rotl(a, 19), a += c;
    c -= b, c ^= std::rotl(b, 4), b += a;
  }

  std::uint64_t end() {
    c ^= b, c -= std::rotl(b, 14);
    a ^= c, a -= std::rotl(c, 11);
    b ^= a, b -= std::rotl(a, 25);
    c ^= b, c -= std::rotl(b, 16);
    a ^= c, a -= std::rotl(c, 4);
    b ^= a, b -= std::rotl(a, 14);
    c ^= b, c -= std::rotl(b, 24);
    return static_cast<std::uint64_t>(b) << 32 | c;
  }
};

std::uint32_t word(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// Up to four bytes, the rest zero.
std::uint32_t partial(const char* at, std::size_t size) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, size);
  return value;
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  static_assert(std::endian::native == std::endian::little);
  State state(static_cast<std::uint32_t>(bytes.size()), seed);
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 12; at += 12, left -= 12) {
    state.a += word(at);
    state.b += word(at + 4);
    state.c += word(at + 8);
    state.mix();
  }
  // The lowest byte of c stands for the length.
  if (left > 8) state.c += partial(at + 8, left - 8) << 8;
  if (left > 4) state.b += partial(at + 4, left < 8 ? left - 4 : 4);
  if (left > 0) state.a += partial(at, left < 4 ? left : 4);
  return state.end();
}

std::uint64_t hash_uint32(std::uint32_t value, std::uint64_t seed) {
  State state(sizeof value, seed);
  state.a += value;
  return state.end();
}

std::uint64_t hash_int64(std::int64_t value, std::uint64_t seed) {
  const auto high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32);
  return hash_uint32(static_cast<std::uint32_t>(value) ^ (value >= 0 ? high : ~high), seed);
}

std::uint64_t hash_double(double value) {
  if (value == 0) return 0;  // the seed: both zeros are equal
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  return hash_bytes({bytes, sizeof bytes});
}

std::uint64_t hash_numeric(std::string_view binary) {
  constexpr std::size_t head_bytes = 8;
  constexpr std::uint16_t first_special = 0xC000;
  if (binary.size() < head_bytes || big_endian<std::uint16_t>(binary, 4) >= first_special) return 0;
  std::size_t from = 0;
  std::size_t to = (binary.size() - head_bytes) / 2;
  const auto digit = [&](std::size_t i) { return big_endian<std::int16_t>(binary, head_bytes + 2 * i); };
  while (from < to && digit(from) == 0) ++from;
  if (from == to) return ~std::uint64_t{0};  // zero: the seed, less one
  while (digit(to - 1) == 0) --to;
  char digits[2 * 512];
  std::string long_digits;
  char* into = digits;
  if (2 * (to - from) > sizeof digits) {
    long_digits.resize(2 * (to - from));
    into = long_digits.data();
  }
  for (std::size_t i = from; i < to; ++i) {
    const std::int16_t value = digit(i);
    std::memcpy(into + 2 * (i - from), &value, sizeof value);
  }
  const std::int64_t weight = big_endian<std::int16_t>(binary, 2) - static_cast<std::int64_t>(from);
  return hash_bytes({into, 2 * (to - from)}) ^ static_cast<std::uint64_t>(weight);
}

}  // namespace slipway::ingest
