#include "daemon/ingest/format/json_scan.hpp"

#include <array>

namespace slipway::ingest {
namespace {

// Bytes that a string may go on over without a look.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) table[c] = c != '"' && c != '\\' && c != '\n';
  return table;
}();

bool ends_scalar(char c) {
  return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '[' || c == '{';
}

}  // namespace

void JsonScan::begin() {
  depth_ = 0;
  in_string_ = escaped_ = begun_ = false;
  lines_ = 0;
}

void JsonScan::open(char bracket) {
  if (depth_ < kinds_max) braces_[depth_] = bracket == '{';
  ++depth_;
}

bool JsonScan::close(char bracket) {
  if (depth_ == 0) return false;
  --depth_;
  return depth_ >= kinds_max || braces_[depth_] == (bracket == '}');
}

JsonScan::End JsonScan::scan(const char* from, const char* end) {
  for (at_ = from; at_ < end; ++at_) {
    const char c = *at_;
    if (in_string_) {
      if (c == '\n') ++lines_;
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
      else
        while (at_ + 1 < end && plain[static_cast<std::uint8_t>(at_[1])]) ++at_;
      continue;
    }
    // A closing bracket belongs to what the value stands in, where the value has none open.
    const bool closes = c == ']' || c == '}';
    if (depth_ == 0 && begun_ && (closes || ends_scalar(c))) return End::value;
    begun_ = true;
    if (c == '\n') ++lines_;
    if (c == '"') in_string_ = true;
    if (c == '[' || c == '{') open(c);
    if (!closes) continue;
    if (!close(c)) return End::mismatch;
    if (depth_ > 0) continue;
    ++at_;
    return End::value;
  }
  return End::more;
}

}  // namespace slipway::ingest
