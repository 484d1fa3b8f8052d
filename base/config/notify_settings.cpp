#include "base/config/notify_settings.hpp"

#include <array>

#include "base/config/secret_settings.hpp"

namespace slipway::config {
namespace {

constexpr std::size_t most_channels = 16;

constexpr std::array slack_settings = {
    secret_file<"webhook_file", &SlackChannel::webhook>(),
    secret_variable<"webhook_env", &SlackChannel::webhook>(),
    field<"level", &SlackChannel::level, level_name, SlackChannel>(),
};

constexpr std::array webhook_settings = {
    url<"url", &WebhookChannel::url>(Need::required),
    secret_file<"secret_file", &WebhookChannel::secret>(),
    secret_variable<"secret_env", &WebhookChannel::secret>(),
    field<"level", &WebhookChannel::level, level_name, WebhookChannel>(),
};

// The address itself in the place of its file would stand in every error about that file.
void check_channel(const Scope& scope, const Value& map, const SlackChannel& slack) {
  if (slack.webhook.file.string().find("https:/") != std::string::npos)
    scope.mistakes.add(map, "`webhook_file`{} holds an address; put that into a file, and name the file",
                       scope.in());
  if (map.find("webhook_file") || map.find("webhook_env")) return;
  scope.mistakes.add(map, "`webhook_file` (or `webhook_env`) is missing{}", scope.in());
}
void check_channel(const Scope& scope, const Value& map, const WebhookChannel&) {
  if (map.find("secret_file") || map.find("secret_env")) return;
  scope.mistakes.add(map, "`secret_file` (or `secret_env`) is missing{}: every notice is signed", scope.in());
}

// One kind of channel: its key and its table.
struct Kind {
  std::string_view key;
  void (*read)(const Scope&, const Value&, Channel&);
  std::optional<Value> (*show)(const Channel&);
};

template <Key key, class How, const auto& settings>
constexpr Kind kind() {
  return {key.view(),
          [](const Scope& scope, const Value& map, Channel& channel) {
            // What stands there instead may be the secret itself: it is not quoted.
            if (map.type != Value::Type::map)
              return scope.mistakes.add(map, "`{}` of `notify`: expected a map of settings", key.view());
            How& read = channel.how.emplace<How>();
            read_settings(scope, map, std::span<const Setting<How>>(settings), read);
            check_channel(scope, map, read);
          },
          [](const Channel& channel) -> std::optional<Value> {
            const How* const held = std::get_if<How>(&channel.how);
            if (!held) return std::nullopt;
            return show_settings(std::span<const Setting<How>>(settings), *held);
          }};
}

constexpr std::array kinds = {
    kind<"slack", SlackChannel, slack_settings>(),
    kind<"webhook", WebhookChannel, webhook_settings>(),
};

void read_channel(const Scope& scope, const Value& value, Config& config) {
  Channel channel;
  channel.at = scope.mistakes.at(value);
  for (const Kind& kind : kinds)
    if (value.keys.size() == 1 && value.keys[0].text == kind.key) {
      kind.read(scope.within(fmt::format("`{}` of `notify`", kind.key)), value.items[0], channel);
      config.notify.push_back(std::move(channel));
      return;
    }
  expected(scope, "notify", "one of `slack`, `webhook` in each entry", value);
}

}  // namespace

void read_notify(const Scope& scope, const Value& list, Config& config) {
  if (list.type != Value::Type::list || list.items.size() > most_channels)
    return expected(scope, "notify", fmt::format("a list of at most {} receivers", most_channels), list);
  for (const Value& one : list.items) read_channel(scope, one, config);
}

Value show_notify(const Config& config) {
  Value list = Value::list();
  for (const Channel& channel : config.notify)
    for (const Kind& kind : kinds)
      if (auto shown = kind.show(channel)) {
        list.items.push_back(Value::map());
        list.items.back().add(kind.key, std::move(*shown));
      }
  return list.items.empty() ? Value() : list;
}

}  // namespace slipway::config
