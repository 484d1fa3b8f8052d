// What all the settings tables share: the words of mistakes, and lists of texts.
#include "base/config/settings.hpp"

namespace slipway::config {
namespace {

std::string described(const Value& value) {
  switch (value.type) {
    case Value::Type::nothing:
      return "nothing stands there";
    case Value::Type::list:
      return "it is a list";
    case Value::Type::map:
      return "it is a map";
    case Value::Type::text:
      break;
  }
  constexpr std::size_t most = 60;
  return value.text.size() <= most ? fmt::format("it is `{}`", value.text)
                                   : fmt::format("it is a text of {} bytes", value.text.size());
}

}  // namespace

void expected(const Scope& scope, std::string_view key, std::string_view what, const Value& value) {
  scope.mistakes.add(value, "`{}`{}: expected {}, but {}", key, scope.in(), what, described(value));
}

void not_built(const Scope& scope, std::string_view key, const Value& at) {
  scope.mistakes.add(at, "`{}`{} is not built yet in this version; remove it", key, scope.in());
}

bool is_map(const Scope& scope, std::string_view key, const Value& value) {
  if (value.type == Value::Type::map) return true;
  expected(scope, key, "a map (key: value)", value);
  return false;
}

std::optional<std::vector<std::string>> read_texts(const Value& value) {
  if (value.type == Value::Type::text && !value.text.empty()) return std::vector<std::string>{value.text};
  if (value.type != Value::Type::list || value.items.empty()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Value& item : value.items) {
    if (item.type != Value::Type::text || item.text.empty()) return std::nullopt;
    texts.push_back(item.text);
  }
  return texts;
}

Value show_texts(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.items.push_back(Value::of(text));
  return list;
}

}  // namespace slipway::config
