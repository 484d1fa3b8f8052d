// How a value of COPY BINARY lies in a row on disk, by its type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/ingest/columns/encode.hpp"
#include "daemon/ingest/heap/jsonb.hpp"
#include "daemon/ingest/heap/tuple_bytes.hpp"

namespace slipway::ingest {

struct Layout;

// What is needed for one value after another, kept for its room.
struct LayingOut {
  explicit LayingOut(TupleBytes::Lengths lengths = TupleBytes::Lengths::of_one_byte_too) : tuple(lengths) {}

  TupleBytes tuple;
  std::string value;
  Jsonb jsonb;
  std::unique_ptr<LayingOut> elements = {};  // of an array
};

// Appends the value to the tuple. False: only the server knows; then the tuple is worth nothing.
using LayOut = bool (*)(const Layout& layout, std::string_view binary, LayingOut& out);

// Of a value whose type has one length; others make their own room.
inline constexpr std::size_t fixed_bytes_max = 16;

struct Layout {
  const TypeInfo* type = nullptr;
  LayOut lay_out = nullptr;  // none: the server has to store values of this type
  std::size_t alignment = 1;
  bool of_any_length = false;
  bool not_null = false;
  bool doubtful = false;  // texts were not looked at before: an upstream may hold what another server refuses
  std::vector<std::pair<std::string, std::uint32_t>> labels = {};  // of an enum, with their oids, sorted
  std::shared_ptr<Layout> element = {};                            // of an array
};

// Without the labels of enums.
Layout layout_of(const TypeInfo& type);

}  // namespace slipway::ingest
