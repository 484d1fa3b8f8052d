#include "daemon/ingest/heap/layout.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/ingest/columns/big_endian.hpp"
#include "daemon/ingest/columns/rounding.hpp"
#include "daemon/ingest/format/json_text.hpp"
#include "daemon/ingest/heap/numeric.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

template <class Number>
bool lay_number(const Layout&, std::string_view binary, LayingOut& out) {
  out.tuple.align(sizeof(Number));
  out.tuple.number(big_endian<Number>(binary));
  return true;
}

bool lay_bool(const Layout&, std::string_view binary, LayingOut& out) {
  out.tuple.byte(binary[0]);
  return true;
}

bool lay_uuid(const Layout&, std::string_view binary, LayingOut& out) {
  out.tuple.bytes(binary);
  return true;
}

bool lay_time(const Layout& layout, std::string_view binary, LayingOut& out) {
  out.tuple.align(sizeof(std::int64_t));
  out.tuple.number(rounded_time(big_endian<std::int64_t>(binary), layout.type->typmod));
  return true;
}

bool lay_interval(const Layout&, std::string_view binary, LayingOut& out) {
  out.tuple.align(sizeof(std::int64_t));
  out.tuple.number(big_endian<std::int64_t>(binary));
  out.tuple.number(big_endian<std::int32_t>(binary, 8));
  out.tuple.number(big_endian<std::int32_t>(binary, 12));
  return true;
}

bool sound(const Layout& layout, std::string_view text) {
  return !layout.doubtful || is_plain_ascii(text) || encoding_problem(text).empty();
}

bool lay_bytes(const Layout&, std::string_view binary, LayingOut& out) {
  out.tuple.variable(binary);
  return true;
}

// Spaces beyond the column's length are cut off. False: there is more than spaces.
bool cut(const TypeInfo& type, std::string_view& text) {
  const auto most = static_cast<std::size_t>(type.length_max);
  if (type.length_max < 0 || text.size() <= most) return true;
  std::size_t characters = count_characters(text);
  while (characters > most && text.ends_with(' ')) {
    text.remove_suffix(1);
    --characters;
  }
  return characters <= most;
}

bool lay_text(const Layout& layout, std::string_view binary, LayingOut& out) {
  if (!sound(layout, binary) || !cut(*layout.type, binary)) return false;
  out.tuple.variable(binary);
  return true;
}

bool lay_padded(const Layout& layout, std::string_view binary, LayingOut& out) {
  if (layout.type->length_max < 0) return lay_text(layout, binary, out);
  if (!sound(layout, binary) || !cut(*layout.type, binary)) return false;
  out.value = binary;
  out.value.append(static_cast<std::size_t>(layout.type->length_max) - count_characters(binary), ' ');
  out.tuple.variable(out.value);
  return true;
}

bool lay_numeric(const Layout& layout, std::string_view binary, LayingOut& out) {
  out.value.clear();
  if (!numeric_of_binary(binary, layout.type->precision, layout.type->scale, out.value)) return false;
  out.tuple.variable(out.value);
  return true;
}

bool lay_json(const Layout& layout, std::string_view binary, LayingOut& out) {
  if (layout.doubtful && (!sound(layout, binary) || !is_certain_json(binary))) return false;
  return lay_bytes(layout, binary, out);
}

bool lay_jsonb(const Layout& layout, std::string_view binary, LayingOut& out) {
  const std::string_view text = binary.substr(1);  // behind the form's version
  if (layout.doubtful && (!sound(layout, text) || !is_certain_json(text))) return false;
  out.value.clear();
  if (!out.jsonb.put(text, out.value)) return false;
  out.tuple.variable(out.value);
  return true;
}

bool lay_address(const Layout&, std::string_view binary, LayingOut& out) {
  constexpr std::size_t family_and_bits = 2, head = 4;
  out.value = binary.substr(0, family_and_bits);
  out.value += binary.substr(head);
  out.tuple.variable(out.value);
  return true;
}

bool lay_label(const Layout& layout, std::string_view binary, LayingOut& out) {
  const auto found =
      std::lower_bound(layout.labels.begin(), layout.labels.end(), binary,
                       [](const auto& label, std::string_view text) { return label.first < text; });
  if (found == layout.labels.end() || found->first != binary) return false;
  out.tuple.align(sizeof found->second);
  out.tuple.number(found->second);
  return true;
}

// utils/array.h: dimensions, where the values begin, the element's type, lengths and lower bounds; a bit for
// each value where one of them is NULL; the values, each at its alignment.
bool lay_array(const Layout& layout, std::string_view binary, LayingOut& out) {
  constexpr std::size_t head_bytes = 12, dimension_bytes = 8, length_bytes = 4, alignment = 8,
                        lengths_before = 4;
  const auto dimensions = static_cast<std::size_t>(big_endian<std::int32_t>(binary));
  std::string& array = out.value;
  array.clear();
  const auto append = [&array](auto number) {
    array.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  append(static_cast<std::int32_t>(dimensions));
  append(std::int32_t{0});  // no NULL, as it seems yet
  append(layout.type->element_oid);
  std::size_t count = dimensions == 0 ? 0 : 1;
  for (const std::size_t part : {std::size_t{0}, std::size_t{4}})
    for (std::size_t i = 0; i < dimensions; ++i) {
      const auto number = big_endian<std::int32_t>(binary, head_bytes + i * dimension_bytes + part);
      if (part == 0) count *= static_cast<std::size_t>(number);
      append(number);
    }
  if (!out.elements) out.elements = std::make_unique<LayingOut>(TupleBytes::Lengths::of_four_bytes);
  TupleBytes& values = out.elements->tuple;
  values.clear();
  std::string there((count + 7) / 8, '\0');
  bool all = true;
  std::size_t at = head_bytes + dimensions * dimension_bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = big_endian<std::int32_t>(binary, at);
    at += length_bytes;
    if (size < 0) {
      all = false;
      continue;
    }
    there[i / 8] = static_cast<char>(static_cast<unsigned char>(there[i / 8]) | 1U << i % 8);
    values.reserve(fixed_bytes_max);
    if (!layout.element->lay_out(*layout.element, binary.substr(at, static_cast<std::size_t>(size)),
                                 *out.elements))
      return false;
    values.reserve(layout.element->alignment);
    values.align(layout.element->alignment);
    at += static_cast<std::size_t>(size);
  }
  if (!all) array += there;
  while (count > 0 && (lengths_before + array.size()) % alignment != 0) array += '\0';
  const auto begin = static_cast<std::int32_t>(lengths_before + array.size());
  if (!all) std::memcpy(array.data() + length_bytes, &begin, sizeof begin);
  array += values.view();
  out.tuple.variable(array, layout.alignment);
  return true;
}

struct Known {
  std::string_view type;
  LayOut lay_out;
  std::size_t alignment;
  bool of_any_length = false;
};
constexpr Known known[] = {
    {"bool", lay_bool, 1},
    {"int2", lay_number<std::int16_t>, 2},
    {"int4", lay_number<std::int32_t>, 4},
    {"int8", lay_number<std::int64_t>, 8},
    {"float4", lay_number<std::uint32_t>, 4},
    {"float8", lay_number<std::uint64_t>, 8},
    {"date", lay_number<std::int32_t>, 4},
    {"time", lay_time, 8},
    {"timestamp", lay_time, 8},
    {"timestamptz", lay_time, 8},
    {"interval", lay_interval, 8},
    {"uuid", lay_uuid, 1},
    {"enum", lay_label, 4},
    {"numeric", lay_numeric, 4, true},
    {"text", lay_text, 4, true},
    {"varchar", lay_text, 4, true},
    {"bpchar", lay_padded, 4, true},
    {"bytea", lay_bytes, 4, true},
    {"json", lay_json, 4, true},
    {"jsonb", lay_jsonb, 4, true},
    {"inet", lay_address, 4, true},
    {"cidr", lay_address, 4, true},
};

}  // namespace

Layout layout_of(const TypeInfo& type) {
  Layout layout{&type};
  if (type.element != nullptr) {
    layout.element = std::make_shared<Layout>(layout_of(*type.element));
    if (layout.element->lay_out == nullptr) return layout;
    layout.lay_out = lay_array;
    layout.alignment = std::max<std::size_t>(layout.element->alignment, 4);
    layout.of_any_length = true;
    return layout;
  }
  // An interval's fields may be cut to those of its column.
  if (type.base == "interval" && type.typmod >= 0) return layout;
  for (const Known& one : known) {
    if (one.type != type.base) continue;
    layout.lay_out = one.lay_out;
    layout.alignment = one.alignment;
    layout.of_any_length = one.of_any_length;
  }
  return layout;
}

}  // namespace slipway::ingest
