#include "daemon/ingest/columns/encode_network.hpp"

#include <arpa/inet.h>

#include <array>
#include <optional>

namespace slipway::ingest {
namespace {

struct Address {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 4;  // or 16
  unsigned bits = 32;
};

std::optional<unsigned> take_number(std::string_view& text, std::size_t digits_max) {
  unsigned value = 0;
  std::size_t used = 0;
  for (; used < text.size() && text[used] >= '0' && text[used] <= '9'; ++used)
    value = used < digits_max ? value * 10 + static_cast<unsigned>(text[used] - '0') : value;
  const bool leading_zero = used > 1 && text[0] == '0';
  if (used == 0 || used > digits_max || leading_zero) return {};
  text.remove_prefix(used);
  return value;
}

// All four numbers, in decimal: everything shorter is for the server.
bool take_ipv4(std::string_view& text, Address& address) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0 && (text.empty() || text[0] != '.')) return false;
    if (i > 0) text.remove_prefix(1);
    const auto number = take_number(text, 3);
    if (!number || *number > 255) return false;
    address.bytes[i] = static_cast<unsigned char>(*number);
  }
  return true;
}

bool take_ipv6(std::string_view& text, Address& address) {
  constexpr std::size_t longest = 39;
  const std::size_t size = std::min(text.find('/'), text.size());
  if (size > longest || text.find('.') != std::string_view::npos) return false;
  char copy[longest + 1] = {};
  text.copy(copy, size);
  if (::inet_pton(AF_INET6, copy, address.bytes.data()) != 1) return false;
  text.remove_prefix(size);
  address.size = 16;
  address.bits = 128;
  return true;
}

bool take_address(std::string_view text, Address& address) {
  const bool six = text.find(':') != std::string_view::npos;
  if (!(six ? take_ipv6(text, address) : take_ipv4(text, address))) return false;
  if (text.empty()) return true;
  if (text[0] != '/') return false;
  text.remove_prefix(1);
  const auto bits = take_number(text, 3);
  if (!bits || *bits > address.bits || !text.empty()) return false;
  address.bits = *bits;
  return true;
}

bool bits_behind_mask(const Address& address) {
  for (std::size_t bit = address.bits; bit < address.size * 8; ++bit)
    if ((address.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
  return false;
}

Fit put(const Address& address, bool cidr, Out& out) {
  out.int32(static_cast<std::int32_t>(4 + address.size));
  out.byte(address.size == 4 ? 2 : 3);  // PostgreSQL's numbers of the families, on every system
  out.byte(static_cast<char>(address.bits));
  out.byte(cidr ? 1 : 0);
  out.byte(static_cast<char>(address.size));
  out.bytes({reinterpret_cast<const char*>(address.bytes.data()), address.size});
  return Fit::yes;
}

}  // namespace

Fit encode_inet(const TypeInfo&, std::string_view text, bool, Out& out) {
  Address address;
  return take_address(text, address) ? put(address, false, out) : Fit::ask;
}

Fit encode_cidr(const TypeInfo&, std::string_view text, bool, Out& out) {
  Address address;
  if (!take_address(text, address) || bits_behind_mask(address)) return Fit::ask;
  return put(address, true, out);
}

}  // namespace slipway::ingest
