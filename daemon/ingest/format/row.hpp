// One row of an input, as views into the reader's window: valid until the next one is asked for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace slipway::ingest {

enum class Cell : std::uint8_t {
  text,     // a value; a CSV field without quotes that is empty is null instead
  null,     // JSON's null, or an empty CSV field without quotes
  missing,  // a JSON document without that key
};

struct Field {
  const char* data = nullptr;
  std::uint32_t size = 0;
  Cell cell = Cell::missing;

  std::string_view text() const { return {data, size}; }
};

struct Row {
  std::span<const Field> fields;
  std::string_view raw;     // as it stands in the file, its line end included; empty where it was too long
  std::int64_t line = 0;    // where it begins, from 1
  std::int64_t offset = 0;  // byte, after decompression, from 0
  bool clean = false;       // ASCII without NUL throughout: no field needs to be looked at for its encoding
  std::string problem;      // why it cannot be read as a row; empty if it can
};

class RowReader {
 public:
  virtual ~RowReader() = default;
  // False at the end. A row with a problem is a row: it counts as read.
  virtual Result<bool> next(Row& row) = 0;
};

// Longer rows are refused, so that memory stays bounded whatever the input.
inline constexpr std::size_t row_bytes_max = 16 << 20;

}  // namespace slipway::ingest
