// Primary keys in SQL: under the table's own names, and as key_1, key_2… where they stand for themselves.
#pragma once

#include <string>

#include "swap/carry/tables.hpp"

namespace slipway::swap::carry {

// "key_1, key_2"
std::string key_list(const Table& table);
// `t."a", t."b"`, each `as key_1` where that is asked for.
enum class As { themselves, keys };
std::string key_columns(const Table& table, As names, const std::string& prefix = "");
// A row of the table against a row of keys; and two rows of keys.
std::string by_key(const Table& table, const std::string& row, const std::string& keys);
std::string same_key(const Table& table, const std::string& one, const std::string& other);

}  // namespace slipway::swap::carry
