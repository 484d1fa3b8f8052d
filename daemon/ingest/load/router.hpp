// Which leaf of a partitioned table a row belongs to. Ranges of integers, dates and times are looked up here;
// any other key is asked of the server once and remembered; keys beyond number go to the parent, which routes
// them itself.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/ingest/columns/row_encoder.hpp"
#include "daemon/ingest/load/leaves.hpp"

namespace slipway::ingest {

class Router {
 public:
  static constexpr int nowhere = -1;  // no partition takes it

  // The session belongs to the router, and to whoever else works on the same thread.
  static Result<Router> make(Leaves leaves, const TablePlan& plan, Connection& connection);

  // An index into tables(), or nowhere. The keys are as the encoder noted them of that row.
  Result<int> place_of(const std::vector<NotedKey>& keys);
  const std::vector<std::string>& tables() const { return tables_; }  // the leaves, then the parent
  int parent() const { return static_cast<int>(tables_.size()) - 1; }
  bool gave_up() const { return gave_up_; }
  // "(day) = (2030-01-01)"
  std::string told(const std::vector<NotedKey>& keys) const;

 private:
  struct Range {
    std::int64_t from;
    std::optional<std::int64_t> to;  // not part of it
    int leaf;
  };
  Router(Connection& connection) : connection_(&connection) {}
  Done prepare(const Leaves& leaves, const TablePlan& plan);
  void sort_ranges(const Leaves& leaves);
  int in_ranges(const NotedKey& key) const;
  Result<int> ask(const std::vector<NotedKey>& keys);

  Connection* connection_;
  std::vector<std::string> tables_;
  std::vector<std::string> key_names_;
  std::vector<Range> ranges_;
  bool by_range_ = false;
  int otherwise_ = nowhere;
  std::unordered_map<std::string, int> known_;
  std::string looked_up_;  // kept for its room
  bool gave_up_ = false;
};

}  // namespace slipway::ingest
