// A range of IP addresses, such as 10.0.0.0/8; and whether an address lies in it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace slipway {

class Network {
 public:
  // An address alone is the range of that one. Nothing for anything else; no names.
  static std::optional<Network> parse(std::string_view text);
  // An IPv4 address in IPv6 clothes counts as what it is.
  bool contains(std::string_view address) const;

 private:
  std::array<unsigned char, 16> bytes_{};
  int bits_ = 0;
};

bool is_loopback_address(std::string_view address);

}  // namespace slipway
