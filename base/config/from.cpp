#include "base/config/from.hpp"

#include <vector>

namespace slipway::config {
namespace {

// The name that the text begins with, taken off it. Nothing where its quotes do not end.
std::optional<std::string> take_name(std::string_view& text) {
  std::string name;
  if (!text.starts_with('"')) {
    name = text.substr(0, text.find('.'));
    text.remove_prefix(name.size());
    return name;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      name += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      name += text[i++];
    } else {
      text.remove_prefix(i + 1);
      return name;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<From> split_from(std::string_view from) {
  std::vector<std::string> names;
  while (true) {
    std::optional<std::string> name = take_name(from);
    if (!name || name->empty()) return std::nullopt;
    names.push_back(std::move(*name));
    if (from.empty()) break;
    if (from.front() != '.') return std::nullopt;
    from.remove_prefix(1);
  }
  if (names.size() == 1) return From{names[0], "", ""};
  if (names.size() == 2) return From{names[0], "", names[1]};
  if (names.size() == 3) return From{names[0], names[1], names[2]};
  return std::nullopt;
}

}  // namespace slipway::config
