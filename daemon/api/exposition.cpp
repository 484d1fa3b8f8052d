#include "daemon/api/exposition.hpp"

#include <fmt/core.h>

namespace slipway::api {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void Exposition::sample(std::string_view suffix, Labels labels, double value) {
  std::string inside;
  for (const auto& [name, text] : labels)
    inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", name, escaped(text));
  if (!inside.empty()) inside = "{" + inside + "}";
  text_ += fmt::format("{}{}{} {}\n", name_, suffix, inside, value);
}

}  // namespace slipway::api
