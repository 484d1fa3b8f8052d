#include "base/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace slipway {
namespace {

using Bytes = std::array<unsigned char, 16>;

constexpr int v4_offset_bits = 96;  // an IPv4 address is ::ffff:a.b.c.d

std::optional<Bytes> bytes_of(const std::string& text) {
  Bytes bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xff;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const auto bytes = bytes_of(address);
  if (!bytes) return std::nullopt;
  const bool four = address.find(':') == std::string::npos;
  const int most = four ? 32 : 128;
  int bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view number = text.substr(slash + 1);
    const auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (wrong != std::errc() || end != number.data() + number.size() || bits < 0 || bits > most)
      return std::nullopt;
  }
  Network network;
  network.bytes_ = *bytes;
  network.bits_ = bits + (four ? v4_offset_bits : 0);
  return network;
}

bool Network::contains(std::string_view address) const {
  const auto bytes = bytes_of(std::string(address));
  if (!bytes) return false;
  const int whole = bits_ / 8;
  if (!std::equal(bytes->begin(), bytes->begin() + whole, bytes_.begin())) return false;
  if (bits_ % 8 == 0) return true;
  const auto at = static_cast<std::size_t>(whole);
  const int mask = 0xff << (8 - bits_ % 8) & 0xff;
  return (((*bytes)[at] ^ bytes_[at]) & mask) == 0;
}

bool is_loopback_address(std::string_view address) {
  static const Network four = *Network::parse("127.0.0.0/8");
  static const Network six = *Network::parse("::1");
  return four.contains(address) || six.contains(address);
}

}  // namespace slipway
