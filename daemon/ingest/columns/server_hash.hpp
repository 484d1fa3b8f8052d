// The hashes that PostgreSQL's own functions give (hashtextextended and its like), computed here: Bob
// Jenkins' lookup3 as the server has it. They have been the same since PostgreSQL 11, for hash partitions
// rest on them.
#pragma once

#include <cstdint>
#include <string_view>

namespace slipway::ingest {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);
std::uint64_t hash_uint32(std::uint32_t value, std::uint64_t seed = 0);
// As of int8: those that fit in four bytes have the hash of that int4.
std::uint64_t hash_int64(std::int64_t value, std::uint64_t seed = 0);
std::uint64_t hash_double(double value);
// Of numeric's binary form: groups of four digits without leading and trailing zeros, and their weight. Sign
// and scale do not count.
std::uint64_t hash_numeric(std::string_view binary);

}  // namespace slipway::ingest
