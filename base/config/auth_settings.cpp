#include "base/config/auth_settings.hpp"

#include <array>

#include "base/config/secret_settings.hpp"
#include "base/orcid.hpp"
#include "base/web_address.hpp"

namespace slipway::config {
namespace {

constexpr std::size_t most_allowed = 10'000;

constexpr std::array orcid_settings = {
    url<"issuer", &Orcid::issuer>(),
    field<"client_id", &Orcid::client_id, plain_text, Orcid>(Need::required),
    secret_file<"client_secret_file", &Orcid::client_secret>(),
    secret_variable<"client_secret_env", &Orcid::client_secret>(),
};

void read_orcid(const Scope& outer, const Value& map, Auth& auth) {
  const Scope scope = outer.within("`orcid` of `auth`");
  // What stands there instead may be the secret itself: it is not quoted.
  if (map.type != Value::Type::map)
    return scope.mistakes.add(map, "`orcid` of `auth`: expected a map of settings");
  Orcid& orcid = auth.orcid.emplace();
  orcid.at = scope.mistakes.at(map);
  read_settings(scope, map, std::span<const Setting<Orcid>>(orcid_settings), orcid);
  if (!map.find("client_secret_file") && !map.find("client_secret_env"))
    scope.mistakes.add(map, "`client_secret_file` (or `client_secret_env`) is missing{}", scope.in());
  if (const Value* const issuer = map.find("issuer"); issuer && web::readable_by_others(issuer->text))
    scope.mistakes.add(*issuer, "`issuer`{} must be https, unless it is on this machine", scope.in());
}

Value show_orcid(const Auth& auth) {
  return auth.orcid ? show_settings(std::span<const Setting<Orcid>>(orcid_settings), *auth.orcid) : Value();
}

void read_allow(const Scope& outer, const Value& map, Auth& auth) {
  const Scope scope = outer.within("`allow` of `auth`");
  if (map.type != Value::Type::map || map.keys.size() > most_allowed)
    return expected(outer, "allow", fmt::format("a map of at most {} ORCID iDs to roles", most_allowed), map);
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const std::string& id = map.keys[i].text;
    const std::string why = why_not_an_orcid(id);
    if (!why.empty()) scope.mistakes.add(map.keys[i], "`{}`{}: {}", id, scope.in(), why);
    const Value& given = map.items[i];
    const auto role = given.type == Value::Type::text ? parse_role(given.text) : std::nullopt;
    if (!role) expected(scope, id, role_names, given);
    auth.allow.insert({id, {role.value_or(Role::read), scope.mistakes.at(map.keys[i])}});
  }
}

Value show_allow(const Auth& auth) {
  Value map = Value::map();
  for (const auto& [id, allowed] : auth.allow) map.add(id, Value::of(std::string(name(allowed.role))));
  return auth.allow.empty() ? Value() : map;
}

constexpr std::array auth_settings = {
    Setting<Auth>{"orcid", read_orcid, show_orcid},
    Setting<Auth>{"allow", read_allow, show_allow},
};

}  // namespace

void read_public_url(const Scope& scope, const Value& value, Config& config) {
  const std::size_t before = scope.mistakes.count();
  read_url(scope, "public_url", value, config.public_url);
  if (scope.mistakes.count() != before) return;
  config.public_url_at = scope.mistakes.at(value);
  if (config.public_url.ends_with('/')) config.public_url.pop_back();
  if (config.public_url.find_first_of("/?#", config.public_url.find("://") + 3) != std::string::npos)
    scope.mistakes.add(value, "`public_url`: expected a scheme, a host and perhaps a port, and no path");
}

Value show_public_url(const Config& config) {
  return config.public_url.empty() ? Value() : Value::of(config.public_url);
}

void read_auth(const Scope& scope, const Value& map, Config& config) {
  if (!is_map(scope, "auth", map)) return;
  read_settings(scope.within("`auth`"), map, std::span<const Setting<Auth>>(auth_settings), config.auth);
}

Value show_auth(const Config& config) {
  const Value shown = show_settings(std::span<const Setting<Auth>>(auth_settings), config.auth);
  return shown.keys.empty() ? Value() : shown;
}

void check_auth(const Config& config, Mistakes& mistakes) {
  if (!config.auth.orcid) return;
  const std::string origin = config.public_origin();
  if (origin.empty())
    return mistakes.add(config.auth.orcid->at,
                        "`orcid` of `auth` needs `public_url`: the address that browsers come back to");
  if (web::host_of(origin) == "localhost")
    return mistakes.add(config.public_url_at,
                        "`public_url`: ORCID does not go back to localhost; write 127.0.0.1 instead");
  if (web::readable_by_others(origin))
    mistakes.add(config.public_url_at,
                 "`public_url`: signing in needs https, or http on 127.0.0.1 of this machine");
}

std::string Config::public_origin() const {
  if (!public_url.empty()) return public_url;
  const bool six = listen_address.find(':') != std::string::npos;
  const std::string origin = fmt::format("{}://{}:{}", tls ? "https" : "http",
                                         six ? "[" + listen_address + "]" : listen_address, listen_port);
  return web::is_loopback(origin) ? origin : std::string();
}

}  // namespace slipway::config
