#include "daemon/ingest/sql/order.hpp"

#include <algorithm>

namespace slipway::ingest {
namespace {

class Order {
 public:
  explicit Order(const std::map<std::string, std::set<std::string>>& reads) : reads_(reads) {}

  Done visit(const std::string& table) {
    if (std::find(done_.begin(), done_.end(), table) != done_.end()) return {};
    const auto open = std::find(open_.begin(), open_.end(), table);
    if (open != open_.end()) return circle(open, table);
    open_.push_back(table);
    if (const auto needs = reads_.find(table); needs != reads_.end())
      for (const std::string& other : needs->second) TRY(visit(other));
    open_.pop_back();
    done_.push_back(table);
    return {};
  }
  std::vector<std::string> take() { return std::move(done_); }

 private:
  Error circle(std::vector<std::string>::const_iterator from, const std::string& table) const {
    if (std::prev(open_.cend()) == from)
      return error(Kind::usage, "table {} is filled by a query that reads that table itself", table)
          .next(fmt::format("what live has of it is live.{}", table));
    std::string names;
    for (auto one = from; one != open_.cend(); ++one) names += *one + " reads ";
    return error(Kind::usage, "tables that are filled by queries read each other in a circle: {}{}", names,
                 table)
        .next("let one of them read a source, or what live has (live.TABLE)");
  }

  const std::map<std::string, std::set<std::string>>& reads_;
  std::vector<std::string> open_, done_;
};

}  // namespace

Result<std::vector<std::string>> order_of(const std::vector<std::string>& tables,
                                          const std::map<std::string, std::set<std::string>>& reads) {
  Order order(reads);
  for (const std::string& table : tables) TRY(order.visit(table));
  return order.take();
}

}  // namespace slipway::ingest
