// What a YAML file says, as a plain tree in which everything knows its line and column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::config {

struct Value {
  enum class Type { nothing, text, list, map };

  Type type = Type::nothing;
  std::string text;
  std::vector<Value> keys;   // of a map, always texts; keys[i] belongs to items[i]
  std::vector<Value> items;  // of a list or a map
  int line = 0;
  int column = 0;

  static Value of(std::string text);
  static Value list();
  static Value map();
  void add(std::string_view key, Value value);
  const Value* find(std::string_view key) const;
  const Value* find_key(std::string_view key) const;  // where that key itself stands
};

}  // namespace slipway::config
