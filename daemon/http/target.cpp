#include "daemon/http/target.hpp"

namespace slipway::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// Each part of the text between separators, to the function, until that says no.
template <class Take>
bool split(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!take(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool take_segment(std::string_view text, Target& target) {
  const auto segment = decoded(text, false);
  if (!segment || *segment == "." || *segment == "..") return false;
  target.path.push_back(*segment);
  return true;
}

bool take_pair(std::string_view text, Target& target) {
  if (text.empty()) return true;
  const std::size_t equals = text.find('=');
  const auto name = decoded(text.substr(0, equals), true);
  const auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                      : decoded(text.substr(equals + 1), true);
  return name && value && target.query.emplace(*name, *value).second;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/') || text.find('#') != std::string_view::npos) return std::nullopt;
  Target target;
  const std::size_t question = text.find('?');
  const std::string_view path = text.substr(1, question == std::string_view::npos ? question : question - 1);
  if (!split(path, '/', [&](std::string_view part) { return take_segment(part, target); }))
    return std::nullopt;
  if (question != std::string_view::npos &&
      !split(text.substr(question + 1), '&', [&](std::string_view part) { return take_pair(part, target); }))
    return std::nullopt;
  return target;
}

}  // namespace slipway::http
