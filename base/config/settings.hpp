// The settings tables: for each kind of thing in slipway.yaml (a target, a pipeline, …) one table names its
// keys, what they expect, whether they are needed, and how they are shown again. Defaults stand in
// config.hpp.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/formats.hpp"
#include "base/config/mistakes.hpp"
#include "base/config/suggest.hpp"

namespace slipway::config {

enum class Need { optional, required };

// Which thing is being read, for messages: "target `portal`"; empty for the file itself. Relative paths start
// from the folder.
struct Scope {
  Mistakes& mistakes;
  const Path& folder;
  std::string what;

  std::string in() const { return what.empty() ? std::string() : " in " + what; }
  Scope within(std::string inner) const { return {mistakes, folder, std::move(inner)}; }
  Scope part(std::string_view key) const { return within(fmt::format("`{}` of {}", key, what)); }
};

template <class Owner>
struct Setting {
  std::string_view key;
  void (*read)(const Scope&, const Value&,
               Owner&) = nullptr;  // null: documented, but this version cannot do it yet
  Value (*show)(const Owner&) = nullptr;
  Need need = Need::optional;
};

// Says what was expected and what stands there instead.
void expected(const Scope& scope, std::string_view key, std::string_view what, const Value& value);
void not_built(const Scope& scope, std::string_view key, const Value& at);
// True if it is a map; otherwise says so.
bool is_map(const Scope& scope, std::string_view key, const Value& value);

template <class T>
Value shown(const Format<T>& format, const T& value) {
  const std::optional<std::string> text = format.show(value);
  return text ? Value::of(*text) : Value();
}

// `constexpr char` names of keys, so that a table's functions need no captures.
template <std::size_t n>
struct Key {
  char text[n];
  consteval Key(const char (&name)[n]) { std::copy(name, name + n, text); }
  constexpr std::string_view view() const { return {text, n - 1}; }
};

// A key that fills one member in one format.
template <Key key, auto member, const auto& format, class Owner>
constexpr Setting<Owner> field(Need need = Need::optional) {
  return {key.view(),
          [](const Scope& scope, const Value& value, Owner& owner) {
            const auto read = format.read(value);
            if (read)
              owner.*member = *read;
            else
              expected(scope, key.view(), format.expected, value);
          },
          [](const Owner& owner) { return shown(format, owner.*member); }, need};
}

template <class Owner>
constexpr Setting<Owner> unbuilt(std::string_view key) {
  return {key};
}

template <class Owner>
void unknown_key(const Scope& scope, const Value& key, std::span<const Setting<Owner>> table) {
  std::vector<std::string_view> known;
  for (const Setting<Owner>& setting : table) known.push_back(setting.key);
  const std::string meant = nearest(key.text, known);
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  scope.mistakes.add(key, "unknown key `{}`{}; {}", key.text, scope.in(),
                     meant.empty() ? "expected one of: " + names : "did you mean `" + meant + "`?");
}

template <class Owner>
void read_settings(const Scope& scope, const Value& map, std::span<const Setting<Owner>> table,
                   Owner& owner) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const auto setting = std::find_if(table.begin(), table.end(),
                                      [&](const Setting<Owner>& one) { return one.key == map.keys[i].text; });
    if (setting == table.end())
      unknown_key(scope, map.keys[i], table);
    else if (!setting->read)
      not_built(scope, setting->key, map.keys[i]);
    else
      setting->read(scope, map.items[i], owner);
  }
  for (const Setting<Owner>& setting : table)
    if (setting.need == Need::required && !map.find(setting.key))
      scope.mistakes.add(map, "`{}` is missing{}", setting.key, scope.in());
}

template <class Owner>
Value show_settings(std::span<const Setting<Owner>> table, const Owner& owner) {
  Value map = Value::map();
  for (const Setting<Owner>& setting : table) {
    if (!setting.show) continue;
    Value value = setting.show(owner);
    if (value.type != Value::Type::nothing) map.add(setting.key, std::move(value));
  }
  return map;
}

template <class T>
struct MemberOf;
template <class O, class T>
struct MemberOf<T O::*> {
  using Owner = O;
  using Type = T;
};

// A key whose value is a map with a table of its own.
template <Key key, auto member, const auto& settings>
constexpr auto part(Need need = Need::optional) {
  using Owner = typename MemberOf<decltype(member)>::Owner;
  using Type = typename MemberOf<decltype(member)>::Type;
  return Setting<Owner>{key.view(),
                        [](const Scope& scope, const Value& value, Owner& owner) {
                          if (is_map(scope, key.view(), value))
                            read_settings(scope.part(key.view()), value,
                                          std::span<const Setting<Type>>(settings), owner.*member);
                        },
                        [](const Owner& owner) {
                          return show_settings(std::span<const Setting<Type>>(settings), owner.*member);
                        },
                        need};
}

// A list of texts; one text alone counts as a list of one.
std::optional<std::vector<std::string>> read_texts(const Value& value);
Value show_texts(const std::vector<std::string>& texts);

// A key whose value is a list of texts, all in one format; one text alone counts as a list of one.
template <Key key, auto member, const auto& format>
constexpr auto list_of(Need need = Need::optional) {
  using Owner = typename MemberOf<decltype(member)>::Owner;
  return Setting<Owner>{
      key.view(),
      [](const Scope& scope, const Value& value, Owner& owner) {
        const auto texts = read_texts(value);
        if (!texts)
          return expected(scope, key.view(), fmt::format("a list, each {}", format.expected), value);
        for (const Value& item : value.type == Value::Type::list ? value.items : std::vector<Value>{value})
          if (!format.read(item)) expected(scope, key.view(), format.expected, item);
        owner.*member = *texts;
      },
      [](const Owner& owner) { return (owner.*member).empty() ? Value() : show_texts(owner.*member); }, need};
}

std::span<const Setting<Target>> target_settings();
std::span<const Setting<Pipeline>> pipeline_settings();
std::span<const Setting<Config>> file_settings();

}  // namespace slipway::config
