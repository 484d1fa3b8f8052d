#include "daemon/ingest/heap/layout.hpp"

#include <algorithm>

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

struct Known {
  std::string_view type;
  LayOut lay_out;
  bool of_any_length = false;
};
constexpr Known known[] = {
    {"bool", lay_bool},
    {"int2", lay_number<std::int16_t>},
    {"int4", lay_number<std::int32_t>},
    {"int8", lay_number<std::int64_t>},
    {"float4", lay_number<std::uint32_t>},
    {"float8", lay_number<std::uint64_t>},
    {"date", lay_number<std::int32_t>},
    {"time", lay_time},
    {"timestamp", lay_time},
    {"timestamptz", lay_time},
    {"interval", lay_interval},
    {"uuid", lay_uuid},
    {"enum", lay_label},
    {"numeric", lay_numeric, true},
    {"text", lay_text, true},
    {"varchar", lay_text, true},
    {"bpchar", lay_padded, true},
    {"bytea", lay_bytes, true},
    {"json", lay_json, true},
    {"jsonb", lay_jsonb, true},
    {"inet", lay_address, true},
    {"cidr", lay_address, true},
};

}  // namespace

Layout layout_of(const TypeInfo& type) {
  // An interval's fields may be cut to those of its column.
  if (type.base == "interval" && type.typmod >= 0) return {&type};
  for (const Known& one : known)
    if (one.type == type.base) return {&type, one.lay_out, one.of_any_length};
  return {&type};
}

}  // namespace slipway::ingest
