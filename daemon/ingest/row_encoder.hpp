// One row of an input into one row of COPY, or the reason why not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/plan.hpp"
#include "daemon/ingest/row.hpp"
#include "daemon/ingest/server_side.hpp"

namespace slipway::ingest {

struct Refusal {
  std::string column;  // empty: the row as a whole
  std::string value;
  std::string reason;
};

class RowEncoder {
 public:
  // Encodes the constants; one that its column refuses is Kind::usage. All of these must outlive the encoder.
  static Result<RowEncoder> make(const TablePlan& plan, ServerSide& server);

  void use_file(std::size_t file) { file_ = &plan_->files[file]; }
  // Appends the row to out, or leaves out as it was and says why.
  Result<std::optional<Refusal>> encode(const Row& row, Out& out);

  // What stands before and behind the rows of one COPY.
  std::string_view header() const;
  std::string_view trailer() const;
  std::string copy_options(bool freeze) const;

 private:
  struct Value {
    std::string_view text;
    bool null = false;
    bool clean = false;
  };
  RowEncoder(const TablePlan& plan, ServerSide& server) : plan_(&plan), server_(&server) {}
  Result<std::optional<Refusal>> put_row(const Row& row, Out& out);
  Result<std::optional<Refusal>> put(std::size_t index, const Row& row, Out& out);
  Result<std::optional<Refusal>> put_value(const CatalogColumn& column, const Value& value, Out& out);
  Result<std::optional<Refusal>> put_unusual(const CatalogColumn& column, const Value& value, Out& out);
  Result<Value> value_of(std::size_t index, const Row& row);
  void put_null(Out& out);
  void put_text(std::string_view text, Out& out);

  const TablePlan* plan_;
  ServerSide* server_;
  const PlannedFile* file_ = nullptr;
  std::vector<std::string> constants_;  // by planned column, encoded
  std::string held_;                    // what value_of made up
  Out scratch_;                         // text COPY: where a value is tried
};

}  // namespace slipway::ingest
