#include "swap/guardrails/structure.hpp"

#include <algorithm>
#include <array>

namespace slipway::swap {
namespace {

constexpr std::size_t most_named = 3;
constexpr std::size_t longest_definition = 100;

std::string shortened(const std::string& text) {
  if (text.size() <= longest_definition) return text;
  std::size_t end = longest_definition;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "…";
}

std::string in_words(const Difference& one) {
  return fmt::format("{} ({} in live, {} now)", one.object, shortened(one.live), shortened(one.candidate));
}

}  // namespace

std::string first_few(const std::vector<std::string>& objects) {
  std::string text;
  for (std::size_t i = 0; i < std::min(objects.size(), most_named); ++i)
    text += (text.empty() ? "" : ", ") + objects[i];
  if (objects.size() > most_named) text += fmt::format(" and {} more", objects.size() - most_named);
  return text;
}

bool holds_rollbacks(std::string_view kind) {
  constexpr std::array<std::string_view, 4> held = {"client_shape", "server", "extensions", "collation"};
  return std::find(held.begin(), held.end(), kind) != held.end();
}

Guardrail structure_guardrail(const ShapeKind& kind, const std::vector<Difference>& differences) {
  std::vector<std::string> missing, changed;
  std::size_t added = 0;
  for (const Difference& one : differences) {
    if (one.kind != kind.name) continue;
    if (one.live.empty())
      ++added;
    else if (!one.candidate.empty())
      changed.push_back(in_words(one));
    else if (kind.name != "client_shape")  // what is gone is named as what it was
      missing.push_back(one.object);
  }
  const std::string name(kind.name);
  if (missing.empty() && changed.empty())
    return {name, true, added == 0 ? "as in live" : fmt::format("as in live, and {} new", added)};
  std::string detail;
  if (!missing.empty()) detail = "missing: " + first_few(missing);
  if (!changed.empty()) detail += (detail.empty() ? "different: " : "; different: ") + first_few(changed);
  return {name, false, detail};
}

}  // namespace slipway::swap
