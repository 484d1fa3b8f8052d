// Commands that a promotion runs: before the quiesce, after it is done, after it failed.
#include <array>

#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

constexpr std::string_view command_expected =
    "a list of words such as [./notify.sh, done], or {run: [./notify.sh], timeout: 60s}";

void read_run(const Scope& scope, const Value& value, Hook& hook) {
  if (auto words = read_words(scope, "run", value)) hook.run = std::move(*words);
}

constexpr std::array command_settings = {
    Setting<Hook>{"run", read_run, [](const Hook& hook) { return show_texts(hook.run); }, Need::required},
    field<"timeout", &Hook::timeout, lease, Hook>(),
};

using Hooklist = std::vector<Hook>;

void read_hook(const Scope& scope, std::string_view key, const Value& value, Hooklist& hooks) {
  Hook hook;
  hook.at = scope.mistakes.at(value);
  if (value.type == Value::Type::map)
    read_settings(scope.part(key), value, std::span<const Setting<Hook>>(command_settings), hook);
  else if (value.type == Value::Type::list)
    read_run(scope.part(key), value, hook);
  else
    return expected(scope, key, command_expected, value);
  hooks.push_back(std::move(hook));
}

template <Key key, auto member>
constexpr Setting<Hooks> moment() {
  return {key.view(),
          [](const Scope& scope, const Value& list, Hooks& hooks) {
            if (list.type != Value::Type::list)
              return expected(scope, key.view(), "a list of commands", list);
            for (const Value& one : list.items) read_hook(scope, key.view(), one, hooks.*member);
          },
          [](const Hooks& hooks) {
            Value list = Value::list();
            for (const Hook& hook : hooks.*member)
              list.items.push_back(show_settings(std::span<const Setting<Hook>>(command_settings), hook));
            return list.items.empty() ? Value() : list;
          }};
}

constexpr std::array hook_settings = {
    moment<"before", &Hooks::before>(),
    moment<"after", &Hooks::after>(),
    moment<"failed", &Hooks::failed>(),
};

}  // namespace

std::optional<std::vector<std::string>> read_words(const Scope& scope, std::string_view key,
                                                   const Value& value) {
  bool right = value.type == Value::Type::list && !value.items.empty() && !value.items[0].text.empty();
  std::vector<std::string> words;
  for (const Value& word : value.items) {
    right = right && word.type == Value::Type::text;
    words.push_back(word.text);
  }
  if (right) return words;
  expected(scope, key, "a command as a list of words, such as [./pause.sh, --all]", value);
  return std::nullopt;
}

void read_hooks(const Scope& scope, const Value& map, Target& target) {
  if (is_map(scope, "hooks", map))
    read_settings(scope.part("hooks"), map, std::span<const Setting<Hooks>>(hook_settings), target.hooks);
}

Value show_hooks(const Target& target) {
  Value map = show_settings(std::span<const Setting<Hooks>>(hook_settings), target.hooks);
  return map.keys.empty() ? Value() : map;
}

}  // namespace slipway::config
