// The settings of the file itself: home, listen, and the maps of targets and pipelines.
#include <array>

#include "base/config/auth_settings.hpp"
#include "base/config/http_settings.hpp"
#include "base/config/notify_settings.hpp"
#include "base/config/settings.hpp"
#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

constexpr std::string_view listen_expected = "address:port, such as 127.0.0.1:8080 or [::1]:8080";

void read_home(const Scope& scope, const Value& value, Config& config) {
  const std::optional<std::string> path = plain_text.read(value);
  if (!path) return expected(scope, "home", "a folder", value);
  config.home = (config.folder / *path).lexically_normal();
}

// "127.0.0.1:8080" or "[::1]:8080"; names are not resolved here.
void read_listen(const Scope& scope, const Value& value, Config& config) {
  const std::size_t colon = value.text.rfind(':');
  if (value.type != Value::Type::text || colon == std::string::npos || colon == 0)
    return expected(scope, "listen", listen_expected, value);
  std::string address = value.text.substr(0, colon);
  const std::optional<int> port = port_number.read(Value::of(value.text.substr(colon + 1)));
  if (address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string::npos)
    return expected(scope, "listen", listen_expected, value);
  if (!port || address.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos)
    return expected(scope, "listen", listen_expected, value);
  config.listen_address = address;
  config.listen_port = *port;
}

Value show_listen(const Config& config) {
  const bool six = config.listen_address.find(':') != std::string::npos;
  const std::string host = six ? "[" + config.listen_address + "]" : config.listen_address;
  return Value::of(fmt::format("{}:{}", host, config.listen_port));
}

void read_targets(const Scope& scope, const Value& map, Config& config) {
  if (!is_map(scope, "targets", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    Target target;
    target.name = target.database_name = map.keys[i].text;
    target.folder = scope.folder;
    target.at = scope.mistakes.at(map.keys[i]);
    const Scope inner = scope.within(fmt::format("target `{}`", target.name));
    const std::string why = why_not_a_database_name(target.name);
    if (!why.empty()) scope.mistakes.add(map.keys[i], "the target name `{}` {}", target.name, why);
    if (is_map(inner, target.name, map.items[i])) {
      read_settings(inner, map.items[i], target_settings(), target);
      check_target(inner, map.items[i], target);
    }
    config.targets.emplace(target.name, std::move(target));
  }
}

bool is_pipeline_name(std::string_view name) {
  return name.size() <= 63 && name.find_first_not_of(
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.-") == std::string_view::npos;
}

void read_pipelines(const Scope& scope, const Value& map, Config& config) {
  if (!is_map(scope, "pipelines", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    Pipeline pipeline;
    pipeline.name = map.keys[i].text;
    pipeline.at = scope.mistakes.at(map.keys[i]);
    const Scope inner = scope.within(fmt::format("pipeline `{}`", pipeline.name));
    if (!is_pipeline_name(pipeline.name))
      scope.mistakes.add(map.keys[i],
                         "the pipeline name `{}` may hold only letters, digits, `_`, `.` and `-`, at most 63",
                         pipeline.name);
    if (is_map(inner, pipeline.name, map.items[i]))
      read_settings(inner, map.items[i], pipeline_settings(), pipeline);
    config.pipelines.emplace(pipeline.name, std::move(pipeline));
  }
}

template <class Map, class Owner>
Value show_named(const Map& named, std::span<const Setting<Owner>> table) {
  Value map = Value::map();
  for (const auto& [name, owner] : named) map.add(name, show_settings(table, owner));
  return map;
}

constexpr std::array settings = {
    Setting<Config>{
        "home", read_home,
        [](const Config& config) { return config.home ? Value::of(config.home->string()) : Value(); }},
    Setting<Config>{"listen", read_listen, show_listen},
    Setting<Config>{"public_url", read_public_url, show_public_url},
    Setting<Config>{"tls", read_tls, show_tls},
    Setting<Config>{"trusted_proxies", read_trusted_proxies, show_trusted_proxies},
    unbuilt<Config>("control"),
    unbuilt<Config>("control_file"),
    Setting<Config>{"targets", read_targets,
                    [](const Config& config) { return show_named(config.targets, target_settings()); },
                    Need::required},
    Setting<Config>{"pipelines", read_pipelines,
                    [](const Config& config) { return show_named(config.pipelines, pipeline_settings()); }},
    Setting<Config>{"notify", read_notify, show_notify},
    Setting<Config>{"auth", read_auth, show_auth},
};

}  // namespace

std::span<const Setting<Config>> file_settings() {
  return settings;
}

}  // namespace slipway::config
