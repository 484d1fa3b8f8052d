#include "daemon/ingest/columns/encode.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "daemon/ingest/columns/encode_network.hpp"
#include "daemon/ingest/columns/encode_numbers.hpp"
#include "daemon/ingest/columns/encode_times.hpp"
#include "daemon/ingest/format/json_text.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

Fit put(Out& out, std::string_view bytes) {
  out.int32(static_cast<std::int32_t>(bytes.size()));
  out.bytes(bytes);
  return Fit::yes;
}

// The server cuts spaces beyond the length off, and nothing else.
Fit encode_text(const TypeInfo& type, std::string_view text, bool ascii, Out& out) {
  if (type.length_max >= 0 && text.size() > static_cast<std::size_t>(type.length_max)) {
    const std::size_t blanks = text.size() - std::min(text.find_last_not_of(' ') + 1, text.size());
    const std::size_t characters = ascii ? text.size() : count_characters(text);
    if (characters > static_cast<std::size_t>(type.length_max) + blanks) return Fit::no;
  }
  return put(out, text);
}

Fit encode_json(const TypeInfo&, std::string_view text, bool, Out& out) {
  return is_certain_json(text) ? put(out, text) : Fit::ask;
}

Fit encode_jsonb(const TypeInfo&, std::string_view text, bool, Out& out) {
  if (!is_certain_json(text)) return Fit::ask;
  out.int32(static_cast<std::int32_t>(text.size() + 1));
  out.byte(1);
  out.bytes(text);
  return Fit::yes;
}

Fit encode_label(const TypeInfo& type, std::string_view text, bool, Out& out) {
  return std::binary_search(type.labels.begin(), type.labels.end(), text) ? put(out, text) : Fit::no;
}

constexpr std::array<std::int8_t, 256> hex_values = [] {
  std::array<std::int8_t, 256> values{};
  for (std::size_t c = 0; c < 256; ++c) values[c] = -1;
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::int8_t>(10 + i);
  return values;
}();

// False where a digit is none.
bool put_hex(Out& out, std::string_view digits) {
  char bytes[64];
  int broken = 0;
  while (!digits.empty()) {
    const std::size_t count = std::min(digits.size() / 2, sizeof bytes);
    for (std::size_t i = 0; i < count; ++i) {
      const int high = hex_values[static_cast<std::uint8_t>(digits[2 * i])];
      const int low = hex_values[static_cast<std::uint8_t>(digits[2 * i + 1])];
      broken |= high | low;
      bytes[i] = static_cast<char>(high << 4 | low);
    }
    out.bytes({bytes, count});
    digits.remove_prefix(2 * count);
  }
  return broken >= 0;
}

Fit bytea_in_hex(std::string_view digits, Out& out) {
  if (digits.size() % 2 != 0) return Fit::ask;
  const std::size_t before = out.size();
  out.int32(static_cast<std::int32_t>(digits.size() / 2));
  if (put_hex(out, digits)) return Fit::yes;
  out.cut(before);
  return Fit::ask;
}

// Bytes as they are; a backslash only without any.
Fit encode_bytea(const TypeInfo&, std::string_view text, bool, Out& out) {
  if (text.starts_with("\\x")) return bytea_in_hex(text.substr(2), out);
  return text.find('\\') == std::string_view::npos ? put(out, text) : Fit::ask;
}

Fit encode_uuid(const TypeInfo&, std::string_view text, bool, Out& out) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return Fit::ask;
  const std::size_t before = out.size();
  out.int32(16);
  const bool good = put_hex(out, text.substr(0, 8)) && put_hex(out, text.substr(9, 4)) &&
                    put_hex(out, text.substr(14, 4)) && put_hex(out, text.substr(19, 4)) &&
                    put_hex(out, text.substr(24, 12));
  if (good) return Fit::yes;
  out.cut(before);
  return Fit::ask;
}

struct Known {
  std::string_view name;
  Encode encode;
};

constexpr Known known[] = {
    {"bool", encode_bool},           {"int2", encode_int2},
    {"int4", encode_int4},           {"int8", encode_int8},
    {"float4", encode_float4},       {"float8", encode_float8},
    {"numeric", encode_numeric},     {"text", encode_text},
    {"varchar", encode_text},        {"bpchar", encode_text},
    {"bytea", encode_bytea},         {"uuid", encode_uuid},
    {"date", encode_date},           {"time", encode_time},
    {"timestamp", encode_timestamp}, {"timestamptz", encode_timestamptz},
    {"interval", encode_interval},   {"json", encode_json},
    {"jsonb", encode_jsonb},         {"inet", encode_inet},
    {"cidr", encode_cidr},
};

}  // namespace

Encode encoder_of(std::string_view internal_name) {
  for (const Known& one : known)
    if (one.name == internal_name) return one.encode;
  return nullptr;
}

Encode enum_encoder() {
  return encode_label;
}

std::string refusal_of(const TypeInfo& type, std::string_view text) {
  if (type.length_max >= 0)
    return fmt::format("value too long for type {}: it has {} characters", type.name, count_characters(text));
  constexpr std::size_t most = 20;
  std::string labels;
  for (std::size_t i = 0; i < std::min(type.labels.size(), most); ++i)
    labels += (i > 0 ? ", " : "") + type.labels[i];
  if (type.labels.size() > most) labels += ", …";
  return fmt::format("{} is not a value of the enum {}, which has: {}", shown(text), type.name, labels);
}

}  // namespace slipway::ingest
