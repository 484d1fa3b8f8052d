// Which rows of a table differ between two snapshots, told by their keys. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace slipway::swap {

// Digests of rows by key, as far as they were looked at.
using Digests = std::map<std::string, std::string>;

struct KeyDiff {
  std::int64_t compared = 0;  // keys that either side has
  std::int64_t changed = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::vector<std::string> sample_changed, sample_added, sample_removed;  // the first few keys
};

KeyDiff compare_keys(const Digests& live, const Digests& candidate);

struct TableDiff {
  std::string table;
  std::optional<std::int64_t> live;  // rows; nothing: there is no such table
  std::optional<std::int64_t> candidate;
  std::optional<KeyDiff> keys;  // nothing: they cannot be compared
  bool whole = false;           // every key was looked at, not only the first and the last ones
  std::string note;             // why keys were not compared
};

nlohmann::json to_json(const TableDiff& table);

}  // namespace slipway::swap
