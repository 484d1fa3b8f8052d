// A digest of rows that is the same in whatever order they come: each row's own hash, added up.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace slipway::ingest {

class RowDigest {
 public:
  void add(std::string_view row) {
    first_ += hash(row, 0x9E3779B97F4A7C15U);
    second_ += hash(row, 0xC2B2AE3D27D4EB4FU);
    ++rows_;
  }
  void add(const RowDigest& other) {
    first_ += other.first_;
    second_ += other.second_;
    rows_ += other.rows_;
  }
  std::string text() const { return fmt::format("{:016x}{:016x}-{}", first_, second_, rows_); }

 private:
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }
  static std::uint64_t hash(std::string_view row, std::uint64_t seed) {
    std::uint64_t state = seed ^ mix(row.size() + 1, 0x165667B19E3779F9U);
    while (row.size() >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, row.data(), 8);
      state = mix(state ^ word, 0xD6E8FEB86659FD93U) + seed;
      row.remove_prefix(8);
    }
    std::uint64_t word = row.size() << 56U;
    std::memcpy(&word, row.data(), row.size());
    return mix(state ^ word, 0xA0761D6478BD642FU) ^ mix(state + seed, 0xE7037ED1A0B428DBU);
  }

  std::uint64_t first_ = 0;
  std::uint64_t second_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace slipway::ingest
