// Rows of COPY BINARY into rows as they lie on a page.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/ingest/heap/layout.hpp"

namespace slipway::ingest {

class TupleMaker {
 public:
  // The table's attributes by their numbers, the dropped ones too; -1: NULL in every row.
  TupleMaker(std::vector<int> fields, std::vector<Layout> layouts);

  void set_transaction(std::uint32_t xid, bool frozen);
  // The row without what follows it. False: only the server can store it.
  bool make(std::string_view row);
  std::string_view view() const { return out_.tuple.view(); }

 private:
  std::vector<int> fields_;      // by attribute: which value of the row it has
  std::vector<Layout> layouts_;  // by value of the row
  std::uint32_t xid_ = 0;
  bool frozen_ = false;
  std::vector<std::string_view> values_;  // without data: NULL
  LayingOut out_;
};

// The first row's bytes, of rows one after another.
std::size_t row_size(std::string_view rows);

}  // namespace slipway::ingest
