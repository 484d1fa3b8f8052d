// Reading of conninfos, of the names of secret files and variables, and of web addresses.
#include "base/config/secret_settings.hpp"

#include "base/pg/conninfo.hpp"
#include "base/web_address.hpp"

namespace slipway::config {
namespace {

using Parts = std::map<std::string, std::string>;

bool taken(const Scope& scope, std::string_view key, const Value& value, const Secret& secret) {
  if (!secret.given()) return false;
  scope.mistakes.add(value, "`{}`{}: another key gives the same value already; keep one of them", key,
                     scope.in());
  return true;
}

bool holds_secret(const Parts& parts) {
  return parts.count("password") != 0 || parts.count("sslpassword") != 0;
}

// A list where several hosts are named; empty entries mean the usual port.
bool right_ports(const Parts& parts) {
  const auto found = parts.find("port");
  if (found == parts.end()) return true;
  std::string_view rest = found->second;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (!one.empty() && !port_number.read(Value::of(std::string(one)))) return false;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return true;
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && name.size() <= 255 && name.find_first_not_of(letters) == std::string_view::npos &&
         (name[0] < '0' || name[0] > '9');
}

// "user:password@" before the path.
bool has_login(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return false;
  const std::string_view authority = url.substr(begin + 3, url.find_first_of("/?#", begin + 3) - (begin + 3));
  return authority.find('@') != std::string_view::npos;
}

}  // namespace

void read_conninfo(const Scope& scope, std::string_view key, const Value& value, Secret& secret) {
  if (value.type != Value::Type::text || value.text.empty())
    return expected(scope, key, "a URI such as postgresql://user@host/database", value);
  if (taken(scope, key, value, secret)) return;
  const Result<Parts> parts = pg::conninfo_parts(value.text);
  if (!parts)
    scope.mistakes.add(value, "`{}`{}: expected a URI such as postgresql://user@host/database", key,
                       scope.in());
  else if (holds_secret(*parts))
    scope.mistakes.add(value,
                       "`{}`{} holds a password; put all of it into a file, and name that with `{}_file`",
                       key, scope.in(), key);
  else if (!right_ports(*parts))
    scope.mistakes.add(value, "`{}`{}: its port is not one from 1 to 65535", key, scope.in());
  secret.value = value.text;
}

void read_secret_file(const Scope& scope, std::string_view key, const Value& value, Secret& secret) {
  const std::optional<std::string> path = plain_text.read(value);
  if (!path) return expected(scope, key, "a file", value);
  if (taken(scope, key, value, secret)) return;
  secret.file = (scope.folder / *path).lexically_normal();
  secret.at = scope.mistakes.at(value);
}

void read_secret_variable(const Scope& scope, std::string_view key, const Value& value, Secret& secret) {
  if (value.type != Value::Type::text || !is_variable_name(value.text)) {
    scope.mistakes.add(value, "`{}`{}: expected the name of an environment variable", key, scope.in());
    return;
  }
  if (taken(scope, key, value, secret)) return;
  secret.variable = value.text;
  secret.at = scope.mistakes.at(value);
}

void read_url(const Scope& scope, std::string_view key, const Value& value, std::string& url) {
  if (value.type == Value::Type::text && has_login(value.text)) {
    scope.mistakes.add(value, "`{}`{} holds a login; a secret comes only by a file or a variable", key,
                       scope.in());
  } else if (value.type != Value::Type::text || !web::is_web_address(value.text)) {
    return expected(scope, key, "an address that begins with http:// or https://", value);
  }
  url = value.text;
}

}  // namespace slipway::config
