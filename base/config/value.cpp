// Building and searching the tree that a YAML file is read into.
#include "base/config/value.hpp"

#include <algorithm>
#include <utility>

namespace slipway::config {

Value Value::of(std::string text) {
  Value value;
  value.type = Type::text;
  value.text = std::move(text);
  return value;
}

Value Value::list() {
  Value value;
  value.type = Type::list;
  return value;
}

Value Value::map() {
  Value value;
  value.type = Type::map;
  return value;
}

void Value::add(std::string_view key, Value value) {
  keys.push_back(of(std::string(key)));
  items.push_back(std::move(value));
}

const Value* Value::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].text == key) return &items[i];
  return nullptr;
}

const Value* Value::find_key(std::string_view key) const {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const Value& one) { return one.text == key; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace slipway::config
