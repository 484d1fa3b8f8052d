#include "base/excerpt.hpp"

namespace slipway {
namespace {

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char kept = byte < ' ' ? ' ' : byte < 0x7f ? c : '?';
    if (kept != ' ' || (!out.empty() && out.back() != ' ')) out += kept;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string beginning_of(std::string_view text, std::size_t limit_bytes) {
  if (text.size() <= limit_bytes) return plain(text);
  return plain(text.substr(0, limit_bytes)) + "...";
}

std::string end_of(std::string_view text, std::size_t limit_bytes) {
  if (text.size() <= limit_bytes) return plain(text);
  return "..." + plain(text.substr(text.size() - limit_bytes));
}

}  // namespace slipway
