// A sum over the rows of a table that does not depend on their order, taken twice: while they are parsed,
// from what is sent; and by the server at the end, from what its table really holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ingest/schema/catalog.hpp"

namespace slipway::ingest {

// Modulo 2^64.
using Sum = std::uint64_t;

class RowSum {
 public:
  // A row as COPY (BINARY) takes it has these columns, in this order. Of a text COPY nothing is compared.
  RowSum(const std::vector<const CatalogColumn*>& columns, bool binary);

  // Of one row, without COPY's header.
  Sum of(std::string_view row) const;
  // Of rows one after another.
  Sum of_all(std::string_view rows) const;
  // The same as an SQL expression over a row of the table.
  const std::string& expression() const { return expression_; }
  // The sum of such expressions.
  static std::string total(const std::string& expression);
  static Result<Sum> parse(const std::string& total);
  // A query for the number of rows and their sum.
  std::string query(const std::string& table) const;
  // Columns of which only NULL or not is compared.
  const std::vector<std::string>& not_compared() const { return not_compared_; }

 private:
  Sum of_first(std::string_view& rows) const;
  using Hash = std::uint64_t (*)(const TypeInfo& type, std::string_view field);
  struct Column {
    const TypeInfo* type;
    Hash hash;  // none: whether it is there is all that is known
  };
  std::vector<Column> columns_;
  std::vector<std::string> not_compared_;
  std::string expression_;
  bool binary_;
};

}  // namespace slipway::ingest
