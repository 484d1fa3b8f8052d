#include "swap/carry/keys.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::swap::carry {
namespace {

template <class Each>
std::string each_key(const Table& table, const char* between, Each&& text) {
  std::string out;
  for (std::size_t n = 0; n < table.key.size(); ++n) out += (n ? between : "") + text(table.key[n], n + 1);
  return out;
}

}  // namespace

std::string key_list(const Table& table) {
  return each_key(table, ", ", [](const KeyColumn&, std::size_t n) { return fmt::format("key_{}", n); });
}

std::string key_columns(const Table& table, As names, const std::string& prefix) {
  return each_key(table, ", ", [&](const KeyColumn& one, std::size_t n) {
    return prefix + pg::quoted(one.name) + (names == As::keys ? fmt::format(" as key_{}", n) : std::string());
  });
}

std::string by_key(const Table& table, const std::string& row, const std::string& keys) {
  return each_key(table, " and ", [&](const KeyColumn& one, std::size_t n) {
    return fmt::format("{}.{} {} {}.key_{}", row, pg::quoted(one.name), one.equals, keys, n);
  });
}

std::string same_key(const Table& table, const std::string& one, const std::string& other) {
  return each_key(table, " and ", [&](const KeyColumn& key, std::size_t n) {
    return fmt::format("{}.key_{} {} {}.key_{}", one, n, key.equals, other, n);
  });
}

}  // namespace slipway::swap::carry
