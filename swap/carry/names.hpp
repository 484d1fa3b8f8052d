// What carry calls its own things in a database. A table's OID stays with it through every rename of its
// schema and its database, so that is what its key log is named after.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace slipway::swap::carry {

inline constexpr std::string_view schema = "slipway_carry";
inline constexpr std::string_view trigger_prefix = "slipway_carry_";

// Of what users wrote: a key for each row that changed.
inline std::string log_of(long long table) {
  return fmt::format("{}.log_{}", schema, table);
}
// A candidate's own rows, as they were before the attempt.
inline std::string before_of(long long table) {
  return fmt::format("{}.before_{}", schema, table);
}
// The keys that the attempt has touched, where it has not replaced everything.
inline std::string touched_of(long long table) {
  return fmt::format("{}.touched_{}", schema, table);
}
// For the length of a transaction: the keys of one round, and the rows that it took away.
inline std::string round_of(long long table) {
  return fmt::format("pg_temp.round_{}", table);
}
inline std::string gone_of(long long table) {
  return fmt::format("pg_temp.gone_{}", table);
}

}  // namespace slipway::swap::carry
