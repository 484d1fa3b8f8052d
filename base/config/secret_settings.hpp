// The keys by which a value that may be a secret is given: `x` where it holds none, `x_file`, `x_env`; one of
// them. What was read is never repeated in a mistake.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_conninfo(const Scope& scope, std::string_view key, const Value& value, Secret& secret);
void read_secret_file(const Scope& scope, std::string_view key, const Value& value, Secret& secret);
void read_secret_variable(const Scope& scope, std::string_view key, const Value& value, Secret& secret);
// http:// or https://, and no password in it; otherwise says so.
void read_url(const Scope& scope, std::string_view key, const Value& value, std::string& url);

template <Key key, auto member, auto read_it, auto shown_part>
constexpr auto secret_setting() {
  using Owner = typename MemberOf<decltype(member)>::Owner;
  return Setting<Owner>{key.view(),
                        [](const Scope& scope, const Value& value, Owner& owner) {
                          read_it(scope, key.view(), value, owner.*member);
                        },
                        [](const Owner& owner) {
                          const std::string text = owner.*member.*shown_part;
                          return text.empty() ? Value() : Value::of(text);
                        }};
}

template <Key key, auto member>
constexpr auto conninfo() {
  return secret_setting<key, member, read_conninfo, &Secret::value>();
}
template <Key key, auto member>
constexpr auto secret_file() {
  return secret_setting<key, member, read_secret_file, &Secret::file>();
}
template <Key key, auto member>
constexpr auto secret_variable() {
  return secret_setting<key, member, read_secret_variable, &Secret::variable>();
}

template <Key key, auto member>
constexpr auto url(Need need = Need::optional) {
  using Owner = typename MemberOf<decltype(member)>::Owner;
  return Setting<Owner>{
      key.view(),
      [](const Scope& scope, const Value& value, Owner& owner) {
        read_url(scope, key.view(), value, owner.*member);
      },
      [](const Owner& owner) { return (owner.*member).empty() ? Value() : Value::of(owner.*member); }, need};
}

}  // namespace slipway::config
