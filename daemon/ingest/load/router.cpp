#include "daemon/ingest/load/router.hpp"

#include <algorithm>
#include <charconv>

#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t known_max = 5000;
constexpr std::size_t key_bytes_max = 256;

std::int64_t from_hex(const std::string& hex) {
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  const int unused_bits = 64 - 4 * static_cast<int>(hex.size());
  return static_cast<std::int64_t>(value << unused_bits) >> unused_bits;
}

std::int64_t from_bytes(std::string_view bytes) {
  std::int64_t value = bytes.empty() || (bytes[0] & 0x80) == 0 ? 0 : -1;
  for (const char byte : bytes)
    value =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8 | static_cast<unsigned char>(byte));
  return value;
}

}  // namespace

Result<Router> Router::make(Leaves leaves, const TablePlan& plan, Connection& connection) {
  Router router(connection);
  for (const Leaf& leaf : leaves.leaves) router.tables_.push_back(leaf.table);
  router.tables_.push_back(plan.table.quoted());
  for (const std::size_t key : leaves.keys)
    router.key_names_.push_back(plan.column_of(plan.columns[key]).name);
  router.by_range_ = leaves.ranges;
  if (leaves.ranges)
    router.sort_ranges(leaves);
  else if (!leaves.keys.empty())
    TRY(router.prepare(leaves, plan));
  return router;
}

void Router::sort_ranges(const Leaves& leaves) {
  for (std::size_t i = 0; i < leaves.leaves.size(); ++i) {
    const Leaf& leaf = leaves.leaves[i];
    if (leaf.otherwise) {
      otherwise_ = static_cast<int>(i);
      continue;
    }
    Range range{leaf.from ? from_hex(*leaf.from) : INT64_MIN, {}, static_cast<int>(i)};
    if (leaf.to) range.to = from_hex(*leaf.to);
    ranges_.push_back(range);
  }
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.from < b.from; });
}

int Router::in_ranges(const NotedKey& key) const {
  if (key.null) return otherwise_;
  const std::int64_t value = from_bytes(key.binary);
  const auto behind =
      std::upper_bound(ranges_.begin(), ranges_.end(), value,
                       [](std::int64_t wanted, const Range& range) { return wanted < range.from; });
  if (behind == ranges_.begin()) return otherwise_;
  const Range& range = *(behind - 1);
  return !range.to || value < *range.to ? range.leaf : otherwise_;
}

// One statement that tries every partition's constraint on a row of nothing but keys. It is prepared, as
// hundreds of partitions make a long one; a lock that it waited for would be one of ours, so it waits little.
Done Router::prepare(const Leaves& leaves, const TablePlan& plan) {
  std::string types;
  std::string row;
  for (std::size_t i = 0; i < leaves.keys.size(); ++i) {
    const CatalogColumn& column = plan.column_of(plan.columns[leaves.keys[i]]);
    const std::string& collation = leaves.collations[i];
    types += (i == 0 ? "" : ", ") + std::string("text");
    row += fmt::format("{}${}::{}{} AS {}", i == 0 ? "" : ", ", i + 1, column.type.name,
                       collation.empty() ? "" : " COLLATE " + collation, pg::quoted(column.name));
  }
  std::string cases;
  for (std::size_t i = 0; i < leaves.leaves.size(); ++i)
    cases += fmt::format(" WHEN {} THEN {}", leaves.leaves[i].constraint, i);
  TRY(connection_->session().script(
      fmt::format("SET plan_cache_mode = force_generic_plan; SET lock_timeout = '10s';"
                  "PREPARE slipway_route ({}) AS SELECT CASE{} ELSE {} END FROM (SELECT {}) one",
                  types, cases, nowhere, row)));
  return {};
}

Result<int> Router::ask(const std::vector<NotedKey>& keys) {
  TRY(connection_->go_on());
  std::string values;
  for (const NotedKey& key : keys)
    values += (values.empty() ? "" : ", ") + (key.null ? "NULL" : pg::literal(key.text));
  const Result<pg::Rows> rows =
      connection_->session().script(fmt::format("EXECUTE slipway_route ({})", values));
  if (rows) return static_cast<int>(rows->number(0, 0));
  // A value that its type refuses after all: the parent will say so, of that row.
  if (pg::blames_the_data(rows.error().sqlstate())) return parent();
  return connection_->explain(rows.error());
}

Result<int> Router::place_of(const std::vector<NotedKey>& keys) {
  if (keys.empty()) return parent();
  if (by_range_) return in_ranges(keys[0]);
  looked_up_.clear();
  for (const NotedKey& key : keys) {
    looked_up_ += key.null ? "-" : fmt::format("{}:", key.text.size());
    if (!key.null) looked_up_ += key.text;
  }
  if (const auto found = known_.find(looked_up_); found != known_.end()) return found->second;
  if (known_.size() >= known_max || looked_up_.size() > key_bytes_max) {
    gave_up_ = true;
    return parent();
  }
  const int place = TRY(ask(keys));
  known_.emplace(looked_up_, place);
  return place;
}

std::string Router::told(const std::vector<NotedKey>& keys) const {
  std::string names;
  std::string values;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    names += (i == 0 ? "" : ", ") + key_names_[i];
    values += (i == 0 ? "" : ", ") + (keys[i].null ? "NULL" : shown(keys[i].text));
  }
  return fmt::format("({}) = ({})", names, values);
}

}  // namespace slipway::ingest
