// A table whose rows we write into its files ourselves: the server that builds a snapshot is ours, and
// storing rows costs it many times what it costs us. Whatever only the server knows how to store, it stores:
// such rows are copied to it, in the same transaction.
#pragma once

#include <memory>
#include <optional>

#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/heap/page.hpp"
#include "daemon/ingest/heap/table_file.hpp"
#include "daemon/ingest/heap/tuple.hpp"
#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

class HeapTable {
 public:
  // Nothing where its server or table is not made for it: no file of ours, constraints that are checked row
  // by row, types that only the server knows. The plan must outlive it.
  static Result<std::unique_ptr<HeapTable>> find(const Request& request, const TablePlan& plan,
                                                 pg::Session& session);

  // Rows are to lie in the order in which they come: from the first that only the server can store it gets
  // all.
  void keep_order() { in_order_ = true; }
  // In the transaction that has emptied the table, and before any other row is written.
  Done begin_frozen(pg::Session& session);
  // In any transaction that the rows are to belong to; `side` is a session that is in none.
  Done begin_beside_rows(pg::Session& session, pg::Session& side);
  // Rows of COPY BINARY, without its header.
  Done add(std::string_view rows);
  Done finish();
  // Instead of finish(), where something went wrong.
  void give_up();
  // Since begin(): how many rows came, and how many of them the server stored.
  std::int64_t rows() const { return rows_; }
  std::int64_t copied() const { return copied_; }
  // Whether nothing is left that VACUUM would do.
  bool vacuumed() const { return frozen_ && copied_ == 0; }

 private:
  HeapTable(const TablePlan& plan, Path data, bool checksums, TupleMaker maker)
      : plan_(&plan), data_(std::move(data)), checksums_(checksums), maker_(std::move(maker)) {}
  Done begin(pg::Session& session, bool frozen);
  Done still_ours();
  Done write_pages();
  Done begin_copy();
  Done end_copy();
  Done hold_back(std::string_view row);
  Done copy_held_back();
  Done copy_rest(std::string_view rows);
  Result<std::uint32_t> blocks();

  const TablePlan* plan_;
  Path data_;
  bool checksums_;
  TupleMaker maker_;
  pg::Session* session_ = nullptr;
  bool frozen_ = false;
  bool in_order_ = false;
  bool copying_ = false;
  std::unique_ptr<TableFile> file_;
  std::optional<Pages> pages_;
  Out held_back_;  // rows for the server
  std::int64_t held_back_rows_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t copied_ = 0;
};

}  // namespace slipway::ingest
