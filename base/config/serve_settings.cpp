// Who runs a volume target's server, and where clients connect.
#include <array>

#include "base/config/secret_settings.hpp"
#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

template <Key key, auto member>
constexpr Setting<Restart> words() {
  return {key.view(),
          [](const Scope& scope, const Value& value, Restart& restart) {
            if (auto read = read_words(scope, key.view(), value)) restart.*member = std::move(*read);
          },
          [](const Restart& restart) {
            return (restart.*member).empty() ? Value() : show_texts(restart.*member);
          }};
}

Value show_unit(const Restart& restart) {
  return restart.unit.empty() ? Value() : Value::of(restart.unit);
}

constexpr auto unit = field<"unit", &Restart::unit, unit_name, Restart>();
constexpr std::array restart_settings = {
    Setting<Restart>{"unit", unit.read, show_unit},
    words<"stop", &Restart::stop>(),
    words<"start", &Restart::start>(),
};

void read_restart(const Scope& scope, const Value& map, Restart& restart) {
  if (!is_map(scope, "restart", map)) return;
  read_settings(scope.part("restart"), map, std::span<const Setting<Restart>>(restart_settings), restart);
  const bool by_commands = map.find("stop") && map.find("start");
  const bool any_command = map.find("stop") || map.find("start");
  if (map.find("unit") ? any_command : !by_commands)
    scope.mistakes.add(map, "`restart`{}: expected either `unit`, or both `stop` and `start`", scope.in());
}

constexpr std::array front_settings = {
    conninfo<"uri", &Target::front>(),
    secret_file<"uri_file", &Target::front>(),
    secret_variable<"uri_env", &Target::front>(),
};

}  // namespace

void read_front(const Scope& scope, const Value& value, Target& target) {
  if (value.type == Value::Type::map && !value.keys.empty())
    return read_settings(scope.part("front"), value, std::span<const Setting<Target>>(front_settings),
                         target);
  const std::optional<int> port = port_number.read(value);
  if (port)
    target.front_port = *port;
  else
    expected(scope, "front", "a port from 1 to 65535, or a map with `uri_file`", value);
}

Value show_front(const Target& target) {
  if (target.front.given()) return show_settings(std::span<const Setting<Target>>(front_settings), target);
  return target.mode == Mode::volume ? shown(port_number, target.front_port) : Value();
}

void read_serve(const Scope& scope, const Value& value, Target& target) {
  const Value* const restart = value.find("restart");
  if (restart && value.keys.size() == 1)
    read_restart(scope.part("serve"), *restart, target.restart.emplace());
  else if (value.type != Value::Type::text || value.text != "warm")
    expected(scope, "serve", "warm, or a map with `restart`", value);
}

Value show_serve(const Target& target) {
  if (!target.restart) return Value::of("warm");
  Value map = Value::map();
  map.add("restart", show_settings(std::span<const Setting<Restart>>(restart_settings), *target.restart));
  return map;
}

}  // namespace slipway::config
