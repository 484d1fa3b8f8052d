#include "base/pg/identifier.hpp"

namespace slipway::pg {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

}  // namespace

std::string quoted(std::string_view identifier) {
  return doubled(identifier, '"');
}

std::string quoted(std::string_view schema, std::string_view identifier) {
  return quoted(schema) + "." + quoted(identifier);
}

std::string literal(std::string_view value) {
  const std::string plain = doubled(value, '\'');
  if (plain.find('\\') == std::string::npos) return plain;
  std::string out = " E";
  for (const char c : plain) {
    if (c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string conninfo_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out += "'";
}

}  // namespace slipway::pg
