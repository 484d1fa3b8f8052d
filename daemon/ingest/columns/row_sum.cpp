#include "daemon/ingest/columns/row_sum.hpp"

#include <bit>
#include <charconv>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/columns/big_endian.hpp"
#include "daemon/ingest/columns/rounding.hpp"
#include "daemon/ingest/columns/server_hash.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::uint64_t hash_of_null = 1;
constexpr std::uint64_t hash_of_something = 2;

// As COPY has integers: of 1, 2, 4 or 8 bytes, the highest first.
inline std::int64_t integer(std::string_view bytes) {
  switch (bytes.size()) {
    case 1:
      return static_cast<std::int8_t>(bytes[0]);
    case 2:
      return big_endian<std::int16_t>(bytes);
    case 4:
      return big_endian<std::int32_t>(bytes);
    case 8:
      return big_endian<std::int64_t>(bytes);
    default:
      return 0;
  }
}

// The server cuts blanks off that are beyond the declared length.
std::uint64_t of_text(const TypeInfo& type, std::string_view field) {
  if (type.length_max >= 0 && field.size() > static_cast<std::size_t>(type.length_max)) {
    std::size_t characters = count_characters(field);
    for (; characters > static_cast<std::size_t>(type.length_max) && field.ends_with(' '); --characters)
      field.remove_suffix(1);
  }
  return hash_bytes(field);
}
std::uint64_t of_padded(const TypeInfo&, std::string_view field) {
  return hash_bytes(field.substr(0, field.find_last_not_of(' ') + 1));
}
std::uint64_t of_bytes(const TypeInfo&, std::string_view field) {
  return hash_bytes(field);
}
std::uint64_t of_integer(const TypeInfo&, std::string_view field) {
  return hash_int64(integer(field));
}
// By the function for arrays, as those of these types cannot be called alone.
std::uint64_t in_array(std::uint64_t hash) {
  return 31 + hash;
}
std::uint64_t of_date(const TypeInfo&, std::string_view field) {
  return in_array(hash_int64(integer(field)));
}
std::uint64_t of_bytea(const TypeInfo&, std::string_view field) {
  return in_array(hash_bytes(field));
}
std::uint64_t of_time(const TypeInfo& type, std::string_view field) {
  return hash_int64(rounded_time(integer(field), type.typmod));
}
std::uint64_t of_float4(const TypeInfo&, std::string_view field) {
  return hash_double(std::bit_cast<float>(static_cast<std::uint32_t>(integer(field))));
}
std::uint64_t of_float8(const TypeInfo&, std::string_view field) {
  return hash_double(std::bit_cast<double>(integer(field)));
}
std::uint64_t of_numeric(const TypeInfo& type, std::string_view field) {
  if (type.precision < 0) return hash_numeric(field);
  return hash_numeric(rounded_numeric(field, type.scale));
}
std::uint64_t of_interval(const TypeInfo&, std::string_view field) {
  constexpr std::uint64_t day_us = 86'400'000'000;
  const auto days = integer(field.substr(8, 4)) + 30 * integer(field.substr(12, 4));
  return hash_int64(static_cast<std::int64_t>(static_cast<std::uint64_t>(integer(field.substr(0, 8))) +
                                              static_cast<std::uint64_t>(days) * day_us));
}

struct Known {
  std::string_view type;
  std::uint64_t (*hash)(const TypeInfo& type, std::string_view field);
  std::string_view sql;
};
constexpr Known known[] = {
    {"bool", of_integer, "hashint4extended({}::int4, 0)"},
    {"int2", of_integer, "hashint2extended({}, 0)"},
    {"int4", of_integer, "hashint4extended({}, 0)"},
    {"int8", of_integer, "hashint8extended({}, 0)"},
    {"float4", of_float4, "hashfloat4extended({}, 0)"},
    {"float8", of_float8, "hashfloat8extended({}, 0)"},
    {"numeric", of_numeric, "hash_numeric_extended({}, 0)"},
    {"text", of_text, "hashtextextended({} COLLATE \"C\", 0)"},
    {"varchar", of_text, "hashtextextended({} COLLATE \"C\", 0)"},
    {"bpchar", of_padded, "hashbpcharextended({} COLLATE \"C\", 0)"},
    {"bytea", of_bytea, "hash_array_extended(ARRAY[{}], 0)"},
    {"uuid", of_bytes, "uuid_hash_extended({}, 0)"},
    {"date", of_date, "hash_array_extended(ARRAY[{}], 0)"},
    {"time", of_time, "time_hash_extended({}, 0)"},
    {"timestamp", of_time, "timestamp_hash_extended({}, 0)"},
    {"timestamptz", of_time, "timestamp_hash_extended({}::timestamp, 0)"},
    {"json", of_bytes, "hashtextextended({}::text COLLATE \"C\", 0)"},
    {"enum", of_bytes, "hashtextextended({}::text COLLATE \"C\", 0)"},
};
constexpr Known interval{"interval", of_interval, "interval_hash_extended({}, 0)"};

const Known* find(const TypeInfo& type) {
  if (type.base == interval.type) return type.typmod < 0 ? &interval : nullptr;
  for (const Known& one : known)
    if (one.type == type.base) return &one;
  return nullptr;
}

// An array of NULL has a hash too.
std::string hash_sql(const Known* how, const std::string& column) {
  const std::string there = fmt::format("CASE WHEN {} IS NULL THEN {} ELSE ", column, hash_of_null);
  if (how == nullptr) return fmt::format("{}{} END", there, hash_of_something);
  const std::string hash = fmt::format(fmt::runtime(how->sql), column);
  if (how->sql.starts_with("hash_array")) return there + hash + " END";
  return fmt::format("coalesce({}, {})", hash, hash_of_null);
}

}  // namespace

// Each column's hash becomes the seed for the hash of those before it, so that values cannot change places.
RowSum::RowSum(const std::vector<const CatalogColumn*>& columns, bool binary)
    : expression_("0::bigint"), binary_(binary) {
  for (const CatalogColumn* column : columns) {
    const Known* how = binary ? find(column->type) : nullptr;
    if (how == nullptr) not_compared_.push_back(column->name);
    if (!binary) continue;
    columns_.push_back({&column->type, how == nullptr ? nullptr : how->hash});
    expression_ =
        fmt::format("hashint8extended({}, {})", expression_, hash_sql(how, pg::quoted(column->name)));
  }
}

Sum RowSum::of(std::string_view row) const {
  return binary_ ? of_first(row) : 0;
}

Sum RowSum::of_all(std::string_view rows) const {
  Sum sum = 0;
  while (binary_ && !rows.empty()) sum += of_first(rows);
  return sum;
}

// Takes it off.
Sum RowSum::of_first(std::string_view& rows) const {
  const std::string_view row = rows;
  std::uint64_t sum = 0;
  std::size_t at = 2;
  for (const Column& column : columns_) {
    const std::int64_t size = integer(row.substr(at, 4));
    at += 4;
    std::uint64_t hash = hash_of_null;
    if (size >= 0) {
      const std::string_view field = row.substr(at, static_cast<std::size_t>(size));
      at += field.size();
      hash = column.hash == nullptr ? hash_of_something : column.hash(*column.type, field);
    }
    sum = hash_int64(static_cast<std::int64_t>(sum), hash);
  }
  rows.remove_prefix(at);
  return sum;
}

std::string RowSum::total(const std::string& expression) {
  return fmt::format("coalesce((sum({0}) % {1} + {1}) % {1}, 0)", expression, "18446744073709551616");
}

Result<Sum> RowSum::parse(const std::string& total) {
  Sum sum = 0;
  const auto [end, code] = std::from_chars(total.data(), total.data() + total.size(), sum);
  if (code != std::errc() || end != total.data() + total.size()) return fail("{} is no sum of rows", total);
  return sum;
}

std::string RowSum::query(const std::string& table) const {
  return fmt::format("SELECT count(*), {} FROM {}", total(expression_), table);
}

}  // namespace slipway::ingest
