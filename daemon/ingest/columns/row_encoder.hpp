// One row of an input into one row of COPY, or the reason why not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/load/server_side.hpp"
#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

// What stands before and behind the rows of a COPY BINARY.
inline constexpr std::string_view copy_binary_header{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
inline constexpr std::string_view copy_binary_trailer{"\377\377", 2};

struct Refusal {
  std::string column;  // empty: the row as a whole
  std::string value;
  std::string reason;
};

// A value of the last row, as it went into its column.
struct NotedKey {
  std::string text;
  bool null = false;
  std::string binary;  // where it has at most eight bytes in COPY BINARY
};

class RowEncoder {
 public:
  // Encodes the constants; one that its column refuses is Kind::usage. All of these must outlive the encoder.
  static Result<RowEncoder> make(const TablePlan& plan, ServerSide& server);

  void use_file(std::size_t file);
  // Appends the row to out. False leaves out as it was: refusal() says why.
  Result<bool> encode(const Row& row, Out& out);
  const Refusal& refusal() const { return refusal_; }
  // From the next use_file() on these planned columns' values are noted, row by row.
  void note(const std::vector<std::size_t>& columns);
  const std::vector<NotedKey>& noted() const { return noted_; }

  // What stands before and behind the rows of one COPY.
  std::string_view header() const;
  std::string_view trailer() const;
  std::string copy_options(bool freeze) const;

 private:
  // What the hot path hands back: a Refusal or an Error would cost more than the encoding itself.
  enum class Put { ok, refused, failed };
  struct Value {
    std::string_view text;
    bool null = false;
    bool clean = false;  // as Row::clean
  };
  // A planned column as the current file fills it.
  struct Slot {
    const PlannedColumn* planned = nullptr;
    const CatalogColumn* column = nullptr;
    const std::string* constant = nullptr;
    int field = -1;
    bool plain = false;       // the field as it is
    bool json_array = false;  // an array column of a JSON file
    int note = -1;            // its place among the noted
  };
  RowEncoder(const TablePlan& plan, ServerSide& server) : plan_(&plan), server_(&server) {}
  bool ragged(const Row& row) const;
  Put put_row(const Row& row, Out& out);
  Put put(const Slot& slot, const Row& row, Out& out);
  Put put_noted(const Slot& slot, const Row& row, Out& out);
  void note_text(const Slot& slot, std::string_view text, bool null);
  Put put_value(const CatalogColumn& column, const Value& value, Out& out);
  Put put_unusual(const CatalogColumn& column, const Value& value, Out& out);
  Put put_null(const CatalogColumn& column, Out& out);
  Put refuse(const std::string& column, std::string_view value, std::string reason);
  Put fail_with(Error error);
  Result<Value> value_of(const Slot& slot, const Field& field, bool clean);
  void put_text(std::string_view text, Out& out);

  const TablePlan* plan_;
  ServerSide* server_;
  const PlannedFile* file_ = nullptr;
  std::vector<Slot> slots_;
  Refusal refusal_;
  std::optional<Error> error_;
  std::vector<std::string> constants_;  // by planned column, encoded
  std::vector<std::size_t> to_note_;
  std::vector<NotedKey> noted_;
  std::string held_;  // what value_of made up
  Out scratch_;       // text COPY: where a value is tried
};

}  // namespace slipway::ingest
