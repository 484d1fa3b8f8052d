// From a JSON array to an array literal of PostgreSQL.
#include <cstdint>
#include <string>

#include "daemon/ingest/columns/encode_array.hpp"

namespace slipway::ingest {
namespace {

void put_utf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

class Converter {
 public:
  Converter(std::string_view json, std::string& out) : json_(json), out_(out) {}

  void value() {
    skip_space();
    if (json_.empty()) return;
    if (json_[0] == '[') return array();
    if (json_[0] == '"') return string();
    if (json_[0] == '{') return object();
    const std::string_view token = json_.substr(0, json_.find_first_of(",]} \t\r\n"));
    out_ += token == "null" ? "NULL" : token;
    json_.remove_prefix(token.size());
  }

 private:
  void skip_space() {
    while (!json_.empty() && (json_[0] == ' ' || (json_[0] >= '\t' && json_[0] <= '\r')))
      json_.remove_prefix(1);
  }

  void array() {
    json_.remove_prefix(1);
    out_ += '{';
    for (skip_space(); !json_.empty() && json_[0] != ']'; skip_space()) {
      if (json_[0] == ',') {
        out_ += ',';
        json_.remove_prefix(1);
      }
      value();
    }
    if (!json_.empty()) json_.remove_prefix(1);
    out_ += '}';
  }

  void put(char c) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }

  std::uint32_t hexadecimal() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4 && !json_.empty(); ++i, json_.remove_prefix(1)) {
      const char c = json_[0];
      code = code << 4 | static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
  }

  void unicode() {
    std::uint32_t code = hexadecimal();
    if (code >= 0xD800 && code < 0xDC00 && json_.starts_with("\\u")) {
      json_.remove_prefix(2);
      code = 0x10000 + ((code - 0xD800) << 10) + (hexadecimal() - 0xDC00);
    }
    if (code == '"' || code == '\\') out_ += '\\';
    put_utf8(code, out_);
  }

  void string() {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meant = "\b\f\n\r\t";
    json_.remove_prefix(1);
    out_ += '"';
    while (!json_.empty() && json_[0] != '"') {
      char c = json_[0];
      json_.remove_prefix(1);
      if (c != '\\' || json_.empty()) {
        put(c);
        continue;
      }
      c = json_[0];
      json_.remove_prefix(1);
      const std::size_t letter = letters.find(c);
      if (c == 'u')
        unicode();
      else
        put(letter == std::string_view::npos ? c : meant[letter]);
    }
    if (!json_.empty()) json_.remove_prefix(1);
    out_ += '"';
  }

  // To its closing brace, as it stands.
  void object() {
    out_ += '"';
    std::size_t depth = 0;
    bool quotes = false;
    while (!json_.empty()) {
      const char c = json_[0];
      json_.remove_prefix(1);
      put(c);
      if (quotes && c == '\\' && !json_.empty()) {
        put(json_[0]);
        json_.remove_prefix(1);
      } else if (c == '"') {
        quotes = !quotes;
      } else if (!quotes && c == '{') {
        ++depth;
      } else if (!quotes && c == '}' && --depth == 0) {
        break;
      }
    }
    out_ += '"';
  }

  std::string_view json_;
  std::string& out_;
};

}  // namespace

void array_literal(std::string_view json, std::string& out) {
  Converter(json, out).value();
}

}  // namespace slipway::ingest
