// Web addresses: what they point at, and how a text becomes part of one.
#pragma once

#include <string>
#include <string_view>

namespace slipway::web {

// The host of "http://host:port/…", in brackets where it is one of IPv6.
std::string_view host_of(std::string_view url);
// An address of this machine, written as a number.
bool is_loopback(std::string_view url);
// Plain http to anywhere else: whoever is in between reads and changes it.
bool readable_by_others(std::string_view url);
// An https or http address with a host.
bool is_web_address(std::string_view url);

// As one value in a query or a form.
std::string encoded(std::string_view text);

}  // namespace slipway::web
