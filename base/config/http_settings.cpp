#include "base/config/http_settings.hpp"

#include <array>

#include "base/network.hpp"

namespace slipway::config {
namespace {

template <Key key, Path Tls::*member>
constexpr Setting<Tls> file() {
  return {key.view(),
          [](const Scope& scope, const Value& value, Tls& tls) {
            const std::optional<std::string> path = plain_text.read(value);
            if (!path) return expected(scope, key.view(), "a file of PEM", value);
            tls.*member = (scope.folder / *path).lexically_normal();
          },
          [](const Tls& tls) { return Value::of((tls.*member).string()); }, Need::required};
}

constexpr std::array tls_settings = {file<"cert_file", &Tls::cert_file>(),
                                     file<"key_file", &Tls::key_file>()};

}  // namespace

void read_tls(const Scope& scope, const Value& map, Config& config) {
  if (!is_map(scope, "tls", map)) return;
  read_settings(scope.part("tls"), map, std::span<const Setting<Tls>>(tls_settings), config.tls.emplace());
}

Value show_tls(const Config& config) {
  return config.tls ? show_settings(std::span<const Setting<Tls>>(tls_settings), *config.tls) : Value();
}

void read_trusted_proxies(const Scope& scope, const Value& list, Config& config) {
  constexpr std::string_view wanted = "addresses or networks, such as 10.0.0.0/8";
  const auto texts = read_texts(list);
  if (!texts) return expected(scope, "trusted_proxies", fmt::format("a list of {}", wanted), list);
  for (const Value& item : list.type == Value::Type::list ? list.items : std::vector<Value>{list})
    if (!Network::parse(item.text)) expected(scope, "trusted_proxies", wanted, item);
  config.trusted_proxies = *texts;
}

Value show_trusted_proxies(const Config& config) {
  return config.trusted_proxies.empty() ? Value() : show_texts(config.trusted_proxies);
}

}  // namespace slipway::config
